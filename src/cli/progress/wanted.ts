/** What decides whether bars are drawn. */
export interface Surroundings {
  /** Not `--no-progress`. */
  readonly allowed: boolean
  readonly stderrIsTerminal: boolean
  readonly stdoutIsTerminal: boolean
  /** Bodies or JSON go to stdout. */
  readonly stdoutIsUsed: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Bars are for a terminal that nothing else is written to, and that understands them; a build log is none. */
export function drawsBars({ allowed, stderrIsTerminal, stdoutIsTerminal, stdoutIsUsed, env }: Surroundings): boolean {
  if (!allowed || !stderrIsTerminal || (stdoutIsTerminal && stdoutIsUsed)) return false
  const ci = env['CI'] ?? ''
  return env['TERM'] !== 'dumb' && (ci === '' || ci === 'false')
}
