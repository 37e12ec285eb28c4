// Runs the program in README.md that is marked `timed`, against a server on this machine, and prints what it printed, as
// JSON: node test/bench/versus/texts.mjs
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { delay, serve } from './support.mjs'

const root = new URL('../../../', import.meta.url)
const shownOrigin = 'https://example.com'
const program = /^```ts runnable timed\n([\s\S]*?)^```$/m.exec(readFileSync(new URL('README.md', root), 'utf8'))?.[1]
if (program === undefined) throw new Error('README.md has no block "```ts runnable timed"')

const { origin } = await serve(async (request, response) => {
  if (request.url === '/slow') await delay(1_000)
  response.end('late')
})
const { outputText } = ts.transpileModule(program.replaceAll(shownOrigin, origin), {
  compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
})
process.stdout.write(`${JSON.stringify({ readme: await printedBy(outputText) })}\n`, () => process.exit(0))

/** In a process of its own, so that its refs count from one. */
async function printedBy(script) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { cwd: fileURLToPath(root) })
  let printed = ''
  child.stdout.on('data', text => {
    printed += text
  })
  child.stderr.pipe(process.stderr)
  const code = await new Promise(resolve => child.on('close', resolve))
  if (code !== 0) throw new Error(`the program ended with ${code}`)
  return printed.trimEnd().replaceAll(origin, shownOrigin)
}
