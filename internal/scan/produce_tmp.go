package scan

import "context"

func Produce(ctx context.Context, home, dir string, say func(string)) ([]Place, error) { return nil, nil }
