import { readdirSync, readlinkSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach } from 'vitest'

/** How many things of each kind are open. */
export type OpenResources = ReadonlyMap<string, number>

const WATCHED = /^(TCP|TLS|Pipe|GetAddrInfo|GetNameInfo|QueryReq|UDP)|^ChannelWrap$/
const FD_DIRECTORY = '/proc/self/fd'
const ROUND_MS = 10
const ROUNDS = 100

/**
 * Fails each test of this file or `describe` that leaves a socket, server, pipe or DNS query open which was not there before it.
 * They get 1 s to close. Call it before other hooks, so that its check runs after theirs.
 */
export function leakCheck(): void {
  let before: OpenResources
  beforeEach(() => {
    before = openResources()
  })
  afterEach(async () => {
    await expectNoMoreThan(before)
  })
}

/** Throws if, for 1 s, more is open than `before`. */
export async function expectNoMoreThan(before: OpenResources): Promise<void> {
  let more = moreThan(before)
  for (let round = 0; more.length > 0 && round < ROUNDS; round++) {
    await delay(ROUND_MS)
    more = moreThan(before)
  }
  if (more.length > 0) throw new Error(`left open: ${more.join(', ')}`)
}

/**
 * What is open now: what keeps the process alive, by Node's names, and (where /proc is) all sockets of the operating system.
 * The latter count unref'd ones too, which Node's list leaves out.
 */
export function openResources(): OpenResources {
  const counts = new Map<string, number>()
  const add = (kind: string) => counts.set(kind, (counts.get(kind) ?? 0) + 1)
  for (const kind of process.getActiveResourcesInfo()) if (WATCHED.test(kind)) add(kind)
  for (const target of fileDescriptors()) if (target.startsWith('socket:')) add('socket')
  return counts
}

function moreThan(before: OpenResources): string[] {
  return [...openResources()].flatMap(([kind, count]) => {
    const excess = count - (before.get(kind) ?? 0)
    return excess > 0 ? [`${excess} × ${kind}`] : []
  })
}

function fileDescriptors(): string[] {
  try {
    return readdirSync(FD_DIRECTORY).map(linkTarget)
  } catch {
    return []
  }
}

function linkTarget(fd: string): string {
  try {
    return readlinkSync(`${FD_DIRECTORY}/${fd}`)
  } catch {
    return ''
  }
}
