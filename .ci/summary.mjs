// Reads what `.ci/run` noted of its steps, and vitest's reports. Prints failing tests, a table, and the sum as the last line.
// Exits with 1 if anything failed or was skipped.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

const steps = readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean).map(readStep)
const sum = { passed: 0, failed: 0, skipped: 0 }

for (const { name, counts, complaints } of steps) {
  for (const key of Object.keys(sum)) sum[key] += counts[key]
  for (const complaint of complaints) console.log(`${name}: ${complaint}`)
}
console.log('')
for (const { name, code, seconds, counts } of steps) {
  const result = counts.failed > 0 ? 'FAILED' : counts.skipped > 0 ? 'SKIPPED' : 'passed'
  const words = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`
  console.log(
    [name.padEnd(24), result.padEnd(8), `exit ${code}`.padEnd(9), `${seconds} s`.padStart(7), '  ', words].join(''),
  )
}
process.exitCode = sum.failed > 0 || sum.skipped > 0 ? 1 : 0
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)

/** A line `name, exit code, seconds, report or -` as counts, and what to say of those that did not pass. */
function readStep(line) {
  const [name, exit, seconds, report] = line.split('\t')
  const code = Number(exit)
  const read = report === '-' ? { passed: 0, failed: 0, skipped: 0, complaints: [] } : readReport(report)
  const { complaints, ...counts } = read
  if (report === '-' && code === 0) counts.passed++
  else if (code !== 0 && counts.failed === 0) {
    counts.failed++
    complaints.push(`FAILED: ended with ${code}${report === '-' ? '' : ', though no test failed'}`)
  }
  return { name, code, seconds, counts, complaints }
}

/** vitest's JSON report. A file that failed before its tests counts as one; so does a report that is not there. */
function readReport(path) {
  const found = { passed: 0, failed: 0, skipped: 0, complaints: [] }
  let files
  try {
    files = JSON.parse(readFileSync(path, 'utf8')).testResults
  } catch {
    return { ...found, failed: 1, complaints: [`FAILED: no report ${path}`] }
  }
  for (const { name, status, assertionResults } of files) {
    const file = relative(process.cwd(), name)
    for (const { fullName, status: result } of assertionResults) {
      const kind = result === 'passed' || result === 'failed' ? result : 'skipped'
      found[kind]++
      if (kind !== 'passed') found.complaints.push(`${kind.toUpperCase()}: ${file} > ${fullName}`)
    }
    if (status === 'failed' && !assertionResults.some(it => it.status === 'failed')) {
      found.failed++
      found.complaints.push(`FAILED: ${file}`)
    }
  }
  return found
}
