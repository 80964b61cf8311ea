// Command write writes a synthetic admission instance of national scale to a file.
package main

import (
	"flag"
	"fmt"
	"os"

	"sceau/internal/natgen"
)

func main() {
	size := natgen.National
	flag.Uint64Var(&size.Seed, "seed", size.Seed, "seed")
	flag.IntVar(&size.Groups, "groups", size.Groups, "ranking groups")
	flag.IntVar(&size.Candidates, "candidates", size.Candidates, "candidates")
	flag.IntVar(&size.Wishes, "wishes", size.Wishes, "wishes, with and without boarding counted separately")
	flag.IntVar(&size.Boarding, "boarding", size.Boarding, "boarding schools")
	out := flag.String("out", "national.bin", "output file")
	flag.Parse()
	if err := write(*out, size); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(name string, size natgen.Size) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	s, err := natgen.Write(f, size)
	if err != nil {
		f.Close()
		return err
	}
	fmt.Printf("groups %d candidates %d boarding %d entries %d wishes %d places %d largest group %d fnv1a64 %016x\n",
		size.Groups, size.Candidates, size.Boarding, s.Entries, size.Wishes, s.Places, s.Largest, s.Checksum)
	return f.Close()
}
