package catalogue

import "io/fs"

// Sources is the embedded register, for tests that tamper with a copy.
func Sources() fs.FS { return register }
