/** The help of `hansom get`. The manual repeats it word for word. */
export const getHelp = `usage: hansom get [options] URL...

Requests all URLs at once through one client, whose pool bounds how many connections each host
sees. The bodies go to stdout in the order of the URLs; errors and redirects are told on stderr.
Redirects are not followed.

  -c, --continue               with --output-dir: do not request what has its file there already
  -d, --data STRING|@FILE|@-   send this body, a file or stdin; the method is then POST
  -H, --header 'Name: value'   send this header; may be repeated
  -i, --input-file FILE|-      request the URLs in this file or stdin too, one a line, as they
                               come; lines that are blank or begin with # are passed over
      --json                   tell on stdout what became of each URL, one JSON object a line, as
                               they finish; without --output-dir the bodies are read and dropped
      --max-connections N      connections to each host at once (default 64)
  -X, --method METHOD          the method (default GET)
      --no-progress            draw no progress bars; they are drawn on stderr if that is a terminal
                               and nothing is written to stdout, or that is none
      --output-dir DIR         write each body into a file in DIR, named by the URL; a file
                               appears when it is whole, and none is overwritten; if one breaks
                               off, the same command goes on with it, if the server lets it
      --parallel N             requests that run or wait at once, for all hosts together (default
                               all of the command line; with --input-file 256)
      --policy POLICY          for requests beyond --max-connections: queue (default) waits,
                               drop fails them, overflow dials up to as many connections again
      --timeout MS             the most that each request may take, its wait included (default none)
      --timing                 tell on stderr what each phase of each request took
  -h, --help                   this help

exit codes: 0 all succeeded; 1 some failed, or stdout was closed; 2 wrong usage; 130 interrupted.
A status of 400 or more counts as failed, as with curl --fail, but its body is still written to
stdout (with --output-dir it is not kept).
`
