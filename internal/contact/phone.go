package contact

import (
	"strings"

	"github.com/nyaruka/phonenumbers"

	"github.com/bandeja/bandeja/internal/crm"
)

// ParsePhone returns a number as E.164 and its country; "" for "". Without a plus
// sign the number is read as one of the country given, if any.
func ParsePhone(s, country string) (e164, region string, err error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", "", nil
	}
	if country == "" {
		country = phonenumbers.UNKNOWN_REGION
	}
	n, perr := phonenumbers.Parse(s, country)
	if perr != nil && !strings.HasPrefix(s, "+") {
		n, perr = phonenumbers.Parse("+"+crm.Digits(s), country)
	}
	if perr != nil || !phonenumbers.IsPossibleNumber(n) {
		return "", "", crm.RefuseField("phone", crm.CodeBadPhone)
	}
	return phonenumbers.Format(n, phonenumbers.E164), phonenumbers.GetRegionCodeForNumber(n), nil
}

// CountryOfPhone returns the country of an E.164 number, "" where unknown.
func CountryOfPhone(e164 string) string {
	_, region, err := ParsePhone(e164, "")
	if err != nil {
		return ""
	}
	return region
}
