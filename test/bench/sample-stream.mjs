// One sample in a fresh process: one long body, read piece by piece. Its one argument is JSON, its answer a line of it.
const setup = JSON.parse(process.argv[2])
const { open } = await import(`./contenders/${setup.contender}.mjs`)
const contender = await open(setup)

await contender.read(setup.warmPath, setup.warmBytes)
const cpu = process.cpuUsage()
const start = performance.now()
const chunks = await contender.read(setup.path, setup.bytes)
const wallMs = performance.now() - start
const { user, system } = process.cpuUsage(cpu)
const cpuMicros = user + system
const perGib = 1_073_741_824 / setup.bytes
const answer = { chunks, cpuMs: (cpuMicros / 1_000) * perGib, chunkMicros: cpuMicros / chunks, wallMs: wallMs * perGib }
process.stdout.write(`${JSON.stringify(answer)}\n`)
process.exit(0)
