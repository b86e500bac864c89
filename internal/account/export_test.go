package account

// TOTPCode is for tests that hold a secret.
func TOTPCode(secret []byte, step int64) string { return totpCode(secret, step) }
