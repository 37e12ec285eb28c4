import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**', 'node_modules/**'],
    globalSetup: ['test/support/build-once.ts'],
    testTimeout: 15_000,
    // By default a machine with two cores runs one file after another, and the tests take twice as long.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    typecheck: { include: ['test/types/**/*.test-d.ts'], tsconfig: 'tsconfig.json' },
  },
})
