// Go's net/http client as a contender: one sample, by the protocol of sample-requests.mjs.
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

type setup struct {
	Origin      string
	Ca          string
	Connections int
	Method      string
	Path        string
	Bytes       int
	WarmupMs    int
	MeasureMs   int
}

const smallBytes = 27

func main() {
	var s setup
	if err := json.Unmarshal([]byte(os.Args[1]), &s); err != nil {
		fail(err)
	}
	transport := &http.Transport{
		MaxConnsPerHost:     s.Connections,
		MaxIdleConnsPerHost: s.Connections,
		MaxIdleConns:        s.Connections,
		DisableCompression:  true,
	}
	if s.Ca != "" {
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM([]byte(s.Ca))
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	client := &http.Client{Transport: transport}
	body := bytes.Repeat([]byte{'x'}, s.Bytes)
	send := func() {
		var answer *http.Response
		var err error
		expected := s.Bytes
		if s.Method == "PUT" {
			var request *http.Request
			request, err = http.NewRequest("PUT", s.Origin+s.Path, bytes.NewReader(body))
			if err == nil {
				answer, err = client.Do(request)
			}
			expected = smallBytes
		} else {
			answer, err = client.Get(s.Origin + s.Path)
		}
		if err != nil {
			fail(err)
		}
		content, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			fail(err)
		}
		if answer.Header.Get("Content-Type") != "application/json" || len(content) != expected {
			fail(fmt.Errorf("wrong answer: %d bytes", len(content)))
		}
	}
	// Until the process has used so much CPU time, as the other contenders.
	run := func(cpuMs int) int64 {
		var count int64
		var stop atomic.Bool
		end := cpuMicros() + int64(cpuMs)*1000
		go func() {
			for cpuMicros() < end {
				time.Sleep(20 * time.Millisecond)
			}
			stop.Store(true)
		}()
		var group sync.WaitGroup
		for i := 0; i < s.Connections; i++ {
			group.Add(1)
			go func() {
				defer group.Done()
				for !stop.Load() {
					send()
					atomic.AddInt64(&count, 1)
				}
			}()
		}
		group.Wait()
		return count
	}
	run(s.WarmupMs)
	cpu, start := cpuMicros(), time.Now()
	requests := run(s.MeasureMs)
	used, wall := cpuMicros()-cpu, time.Since(start)
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"requests":  requests,
		"cpuMicros": float64(used) / float64(requests),
		"perSecond": float64(requests) / wall.Seconds(),
		"version":   runtime.Version()[2:],
	})
}

func cpuMicros() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fail(err)
	}
	return usage.Utime.Nano()/1000 + usage.Stime.Nano()/1000
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
