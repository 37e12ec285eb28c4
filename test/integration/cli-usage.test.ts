import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hansom } from '../support/hansom.ts'
import { PROJECT_ROOT } from '../support/project-root.ts'

const URL = 'http://127.0.0.1:9/'
const file = 'package.json'

/** Arguments, and what the one line on stderr says. */
const wrong: readonly (readonly [args: readonly string[], words: string])[] = [
  [['gett', URL], 'unknown command "gett"; did you mean get?; see hansom --help'],
  [['fetch', URL], 'unknown command "fetch"; the commands are get; see hansom --help'],
  [['__proto__'], 'unknown command "__proto__"'],
  [['--timing', 'get', URL], 'the command comes first, then its options such as --timing'],
  [['get'], 'there is no URL to get; see hansom get --help'],
  [['get', '--timing'], 'there is no URL to get'],
  [
    ['get', 'example.com/a'],
    '"example.com/a" is not an absolute http: or https: URL; did you mean http://example.com/a?',
  ],
  [['get', 'localhost:8080'], 'did you mean http://localhost:8080?'],
  [['get', URL, 'ftp://example.com/'], '"ftp://example.com/" is not an absolute http: or https: URL'],
  [['get', 'me:secret@example.com'], '"example.com" is not an absolute http: or https: URL'],
  [['get', 'http://me:secret@'], '"http://" is not an absolute http: or https: URL'],
  [['get', URL, '--polcy', 'drop'], 'unknown option --polcy; did you mean --policy?'],
  [['get', URL, '--wibble'], 'unknown option --wibble; see'],
  [['get', URL, '-z'], 'unknown option -z; see'],
  [['get', URL, '-k'], 'unknown option -k: certificates are always checked; NODE_EXTRA_CA_CERTS=FILE'],
  [['get', URL, '-L'], 'unknown option -L: redirects are not followed'],
  [['get', URL, '--timing=3'], '--timing takes no value'],
  [['get', URL, '--timeout'], '--timeout wants a value'],
  [['get', URL, '-X'], '--method wants a value'],
  [['get', URL, '--data', '--timing'], '--data wants a value; one with a dash in front is written --data=-x'],
  [['get', URL, '--max-connections', '0'], '--max-connections is a whole number of 1 or more, not "0"'],
  [['get', URL, '--max-connections', '1.5'], '--max-connections is a whole number of 1 or more, not "1.5"'],
  [['get', URL, '--max-connections', '1\n2'], 'not "1\\n2"'],
  [['get', URL, '--timeout', 'soon'], '--timeout is a number of milliseconds above 0, not "soon"'],
  [['get', URL, '--timeout=-1'], '--timeout is a number of milliseconds above 0, not "-1"'],
  [['get', URL, '--policy', 'constructor'], '--policy is queue, drop, overflow, not "constructor"'],
  [['get', URL, '-H', 'Authorization secret'], "--header is 'Name: value'; one has no name and colon"],
  [['get', URL, '-H', 'b d: secret'], '--header: header "b d": its name is not a token'],
  [['get', URL, '-H', 'a: secret\r\nb: c'], '--header: header "a": its value has CR, LF, NUL'],
  [['get', URL, '-H', 'Connection: close'], '--header: header "Connection": the client itself writes it'],
  [['get', URL, '-X', 'BAD METHOD'], '--method: method is not a token'],
  [['get', URL, '-X', 'GET', '-d', 'x'], '--data: a GET request has no body'],
  [['get', URL, '-d', '@'], '--data @ wants a file name behind the @, or - for stdin'],
  [['get', URL, '-d', '@no/such/file'], '--data: ENOENT: no such file or directory'],
  [['get', URL, '-d', '@src'], '--data: src is a directory'],
  [['get', URL, URL, '-d', '@-'], '--data can read that only once: give one URL, or a file'],
  [
    ['get', URL, '-d', `@${file}`, '-H', 'Content-Length: x'],
    '--header: header "Content-Length": it is one whole number',
  ],
  [['get', '-i', ''], '--input-file wants the name of a file, or - for stdin'],
  [['get', '-i', 'no/such/file'], '--input-file: ENOENT: no such file or directory'],
  [['get', '-i', 'src'], '--input-file: src is a directory'],
  [['get', '-i', file], `${file}, line 1: "{" is not an absolute http: or https: URL`],
  [['get', '-i', '-', '-d', '@-'], '--data @- and --input-file - cannot both read stdin: give one of them a file'],
  [['get', URL, '-i', file, '-d', '@-'], '--data can read that only once: give one URL, or a file'],
  [['get', URL, '--parallel', '0'], '--parallel is a whole number of 1 or more, not "0"'],
  [['get', URL, '--continue'], '--continue goes on with files: add --output-dir'],
  [['get', URL, '--input', 'x'], 'unknown option --input; see'],
  [['get', URL, '--silent'], 'unknown option --silent: use --no-progress for the bars, and 2> for the rest of stderr'],
  [['get', URL, '-C', '-'], 'unknown option -C: use --continue with --output-dir'],
  [['get', URL, '--output-dir', ''], '--output-dir wants the name of a directory'],
  [['get', URL, '--output-dir', `${file}/x`], '--output-dir: ENOTDIR'],
  [['get', URL, '--output-dir', '/proc/nope'], '--output-dir: ENOENT'],
]

describe('wrong usage', () => {
  it.concurrent.each(wrong)('is told in one line, and ends with 2: %j', async (args, words) => {
    const { code, stdout, stderr } = await hansom(args)
    expect(stderr).toContain(words)
    expect(stderr).toMatch(/^hansom: [^\n]+; see hansom (get )?--help\n$/)
    expect(stderr).not.toContain('secret')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it('without any argument shows the usage on stderr', async () => {
    const { code, stdout, stderr } = await hansom([])
    expect(stderr).toMatch(/^usage: hansom COMMAND \[options\]\n/)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})

describe('help', () => {
  it.each([[['--help']], [['-h']], [['help']]])('lists the commands and the exit codes: %j', async args => {
    const { code, stdout, stderr } = await hansom(args)
    expect(stdout).toContain('hansom get URL...')
    expect(stdout).toContain('exit codes: 0')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it.each([[['get', '--help']], [['get', URL, '-h']]])('of get tells every flag: %j', async args => {
    const { code, stdout, stderr } = await hansom(args)
    const flags = ['continue', 'data', 'header', 'input-file', 'json', 'max-connections', 'method', 'no-progress']
    for (const flag of [...flags, 'output-dir', 'parallel', 'policy', 'timeout', 'timing']) {
      expect(stdout).toContain(`--${flag} `)
    }
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('is the one in the manual', async () => {
    const { stdout } = await hansom(['get', '--help'])
    expect(readFileSync(join(PROJECT_ROOT, 'docs/cli.md'), 'utf8')).toContain(stdout)
  })

  it('gives the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8'))
    const { code, stdout, stderr } = await hansom(['--version'])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
})
