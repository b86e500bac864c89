package channel

import (
	"errors"
	"fmt"
	"time"
)

// Errors of Receiver.Verify and Challenger.Challenge.
var (
	ErrSignatureMissing = errors.New("channel: webhook carries no signature")
	ErrSignatureWrong   = errors.New("channel: webhook signature is wrong")
)

// ErrorKind says what to do after a failed call.
type ErrorKind string

// The kinds of error. Everything that is not certain to have failed is Uncertain.
const (
	Throttled        ErrorKind = "throttled"         // wait RetryAfter, then again
	Transient        ErrorKind = "transient"         // try again with growing delay
	WindowClosed     ErrorKind = "window_closed"     // only a template or tag gets through
	PermanentMessage ErrorKind = "permanent_message" // this message will never go
	PermanentContact ErrorKind = "permanent_contact" // nothing reaches this contact
	PermanentChannel ErrorKind = "permanent_channel" // the account is at fault: tell the operator
	UncertainResult  ErrorKind = "uncertain"         // the request left, no answer came
)

// SendError is a failed provider call.
type SendError struct {
	Kind ErrorKind
	// Code and Title are the provider's own; Detail its explanation.
	Code   string
	Title  string
	Detail string
	// RetryAfter is the wait the provider asked for; 0 where it said nothing.
	RetryAfter time.Duration
	// Partial is set where other parts of the message went.
	Partial bool
	// Err is the cause below, if any. It is logged, never shown, and must not
	// carry a secret.
	Err error
}

// Error implements error.
func (e *SendError) Error() string {
	s := string(e.Kind)
	if e.Code != "" {
		s += " " + e.Code
	}
	if e.Title != "" {
		s += ": " + e.Title
	}
	if e.Detail != "" {
		s += " (" + e.Detail + ")"
	}
	if e.Err != nil {
		s += fmt.Sprintf(": %v", e.Err)
	}
	return s
}

// Unwrap returns the cause.
func (e *SendError) Unwrap() error { return e.Err }

// AsSendError returns err as a *SendError; an error of any other type is an
// uncertain one, because nothing is known of it.
func AsSendError(err error) *SendError {
	var se *SendError
	if errors.As(err, &se) {
		return se
	}
	return &SendError{Kind: UncertainResult, Err: err}
}
