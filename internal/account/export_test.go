package account

// TOTPCode is for tests that hold a secret.
func TOTPCode(secret []byte, step int64) string { return totpCode(secret, step) }

// WhileHashing calls f while whoever wants to hash or compare a password has to wait.
func (s *Service) WhileHashing(f func()) {
	for range hashesAtOnce {
		s.hasher.slots <- struct{}{}
	}
	f()
	for range hashesAtOnce {
		<-s.hasher.slots
	}
}
