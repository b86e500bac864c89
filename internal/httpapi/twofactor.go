package httpapi

import (
	"context"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"rsc.io/qr"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
)

// TwoFactor is the state of one's second factor.
type TwoFactor struct {
	Enabled      bool       `json:"enabled"`
	Since        *time.Time `json:"since"`
	RecoveryLeft int        `json:"recovery_left" doc:"How many recovery codes are still good."`
}

// TwoFactorSecret is what an authenticator app is set up with.
type TwoFactorSecret struct {
	Secret string `json:"secret" doc:"Base32, to type."`
	URL    string `json:"url" doc:"otpauth://…"`
	QR     string `json:"qr" doc:"The same as a picture, data:image/png;base64,…"`
}

// RecoveryCodes are shown this once.
type RecoveryCodes struct {
	RecoveryCodes []string `json:"recovery_codes" nullable:"false"`
}

// BothFactors prove that it is the user who asks.
type BothFactors struct {
	Password string `json:"password" maxLength:"1000"`
	Code     string `json:"code" maxLength:"40" doc:"Of the authenticator app, or a recovery code."`
}

func (s *Server) secondFactorOperations() {
	register(s, huma.Operation{
		OperationID: "get-two-factor", Method: http.MethodGet, Path: "/me/two-factor", Tags: []string{"Me"}, Summary: "Whether one signs in with a second factor",
	}, func(ctx context.Context, c caller, _ *none) (*body[TwoFactor], error) {
		var f account.SecondFactor
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			f, err = account.GetSecondFactor(tx, c.Viewer)
			return err
		})
		return &body[TwoFactor]{TwoFactor{Enabled: f.Since != 0, Since: wire.Time(f.Since), RecoveryLeft: f.RecoveryLeft}}, err
	})
	register(s, huma.Operation{
		OperationID: "prepare-two-factor", Method: http.MethodPost, Path: "/me/two-factor", Tags: []string{"Me"},
		Summary: "Get a secret for one's authenticator app; a code of it then switches the second factor on",
	}, func(ctx context.Context, c caller, in *struct {
		Body struct {
			Password string `json:"password" maxLength:"1000"`
		}
	}) (*body[TwoFactorSecret], error) {
		secret, err := s.Accounts.PrepareSecondFactor(ctx, c.Viewer, in.Body.Password)
		if err != nil {
			return nil, err
		}
		code, err := qr.Encode(secret.URL, qr.M)
		if err != nil {
			return nil, err
		}
		picture := "data:image/png;base64," + base64.StdEncoding.EncodeToString(code.PNG())
		return &body[TwoFactorSecret]{TwoFactorSecret{Secret: secret.Secret, URL: secret.URL, QR: picture}}, nil
	})
	register(s, huma.Operation{
		OperationID: "enable-two-factor", Method: http.MethodPut, Path: "/me/two-factor", Tags: []string{"Me"},
		Summary: "Switch one's second factor on; the recovery codes are shown this once",
	}, func(ctx context.Context, c caller, in *struct {
		Body struct {
			Code string `json:"code" maxLength:"40"`
		}
	}) (*body[RecoveryCodes], error) {
		codes, err := s.Accounts.EnableSecondFactor(ctx, c.Viewer, in.Body.Code)
		return &body[RecoveryCodes]{RecoveryCodes{codes}}, err
	})
	register(s, huma.Operation{
		OperationID: "disable-two-factor", Method: http.MethodDelete, Path: "/me/two-factor", Tags: []string{"Me"},
		Summary: "Switch one's second factor off", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *struct{ Body BothFactors }) (*none, error) {
		return nil, s.Accounts.DisableSecondFactor(ctx, c.Viewer, in.Body.Password, in.Body.Code)
	})
	register(s, huma.Operation{
		OperationID: "renew-recovery-codes", Method: http.MethodPost, Path: "/me/two-factor/recovery-codes", Tags: []string{"Me"},
		Summary: "Make new recovery codes, shown this once; the old ones are no longer good",
	}, func(ctx context.Context, c caller, in *struct{ Body BothFactors }) (*body[RecoveryCodes], error) {
		codes, err := s.Accounts.RenewRecoveryCodes(ctx, c.Viewer, in.Body.Password, in.Body.Code)
		return &body[RecoveryCodes]{RecoveryCodes{codes}}, err
	})
	register(s, huma.Operation{
		OperationID: "reset-two-factor", Method: http.MethodDelete, Path: "/users/{id}/two-factor", Tags: []string{"Workspace"},
		Summary: "Switch another user's second factor off, who has lost it", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *IDPath) (*none, error) {
		return nil, s.DB.Write(ctx, func(tx *db.Tx) error { return s.Accounts.ResetSecondFactor(tx, c.Viewer, in.id()) })
	})
}
