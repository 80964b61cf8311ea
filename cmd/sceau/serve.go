package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"sceau/crypto"
	"sceau/internal/house"
	"sceau/internal/parts"
)

type serveVerb struct {
	As     []string `required:"" sep:"none" placeholder:"IDENTITY" help:"The one identity of this process: portal, agents, health, rights, project, intake ..."`
	Listen string   `default:"127.0.0.1:0" help:"Loopback address; port 0 takes a free one, printed on standard output."`
	// It only shortens: what the minute promises does not hang on a flag.
	OpenFor time.Duration `default:"1m" placeholder:"1m" help:"How long an opened secret stays in memory: a minute at most."`
}

func (v serveVerb) Run(ctx context.Context, t *terminal) error {
	host, _, err := net.SplitHostPort(v.Listen)
	if err != nil {
		return misusef("--listen is an address, 127.0.0.1:8080")
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		// What stands in front speaks TLS and knows who its users are; this does not.
		return misusef("--listen is a loopback address")
	}
	// One process, one identity: what it may not open, no fault in it opens. A flag
	// given twice is two, and the last does not win in silence.
	if len(v.As) != 1 {
		return misusef("--as is one identity, and %d are given", len(v.As))
	}
	identity := v.As[0]
	if v.OpenFor <= 0 || v.OpenFor > crypto.LongestOpen {
		return misusef("--open-for is more than nothing and at most %s", crypto.LongestOpen)
	}
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	h.OpenFor = v.OpenFor
	if _, ok := h.Catalogue.Identity(identity); !ok {
		return misusef("--as %s is not one identity of catalogue/identities.yaml", identity)
	}
	log := slog.New(slog.NewJSONHandler(t.err, nil))
	server, err := h.Server(ctx, identity, log)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", v.Listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "http://%s\n", listener.Addr())
	s := &http.Server{Handler: server.Handler(), ReadHeaderTimeout: 5 * time.Second,
		// A dossier with its documents is some megabytes, from a neighbour.
		ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		<-ctx.Done()
		// Requests under way end; ten seconds are more than any takes.
		end, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Shutdown(end); err != nil {
			log.Warn("shutdown", "cause", err.Error())
		}
	}()
	if err := s.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-ended // Serve returns at once, and closing the house under a request would cut it
	return nil
}
