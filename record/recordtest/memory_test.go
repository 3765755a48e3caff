package recordtest

import (
	"testing"

	"comity/record"
)

func TestMemory(t *testing.T) {
	TestStorage(t,
		func(*testing.T) record.Storage { return NewMemory() },
		func(_ *testing.T, s record.Storage) record.Storage { return s })
}
