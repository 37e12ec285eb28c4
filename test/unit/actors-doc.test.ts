import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AnyActorRef, AnyStateMachine, AnyStateNode, InspectionEvent } from 'xstate'
import { rootMachine } from '../../src/client/root-machine.ts'
import { dialMachine } from '../../src/dial/dial-machine.ts'
import { createClient } from '../../src/index.ts'
import { answer } from '../support/answer.ts'
import { DeclaredTypes } from '../support/declared-types.ts'
import { pageText } from '../support/markdown.ts'
import { PROJECT_ROOT } from '../support/project-root.ts'
import { rawServer } from '../support/raw-server.ts'

/** A transition of a drawing: `from --> to : messages [condition]`. */
interface Arrow {
  readonly from: string
  readonly to: string
  readonly messages: readonly string[]
  readonly condition: string
}

interface ActorPage {
  readonly arrows: readonly Arrow[]
  /** Rows of the table: the message, and from whom it comes. */
  readonly takes: ReadonlyMap<string, readonly string[]>
  readonly sends: readonly string[]
}

const machines = { 'Client root': rootMachine, Dial: dialMachine }

/** Where the phases are declared, and the messages that are taken. */
const typed = {
  'Origin supervisor': {
    phases: { file: 'host/origin-supervisor.ts', name: 'HostState' },
    messages: [
      { file: 'host/messages.ts', name: 'HostCommand' },
      { file: 'connection/messages.ts', name: 'ConnectionReport' },
      { file: 'dial/messages.ts', name: 'DialReport' },
    ],
  },
  'Host manager': {
    phases: { file: 'host/host-manager.ts', name: 'ManagerPhase' },
    messages: [{ file: 'host/messages.ts', name: 'ManagerMessage' }],
  },
  Connection: {
    phases: { file: 'connection/connection-actor.ts', name: 'ConnectionPhase' },
    messages: [{ file: 'connection/messages.ts', name: 'ConnectionMessage' }],
  },
  Request: {
    phases: { file: 'request/request-actor.ts', name: 'ActorPhase' },
    messages: [{ file: 'request/messages.ts', name: 'RequestMessage' }],
  },
} as const

const text = pageText('docs/actors.md')
const pages = new Map([...Object.keys(machines), ...Object.keys(typed)].map(name => [name, actorPage(sectionOf(name))]))
const takenByAny = new Set([...pages.values()].flatMap(({ takes }) => [...takes.keys()]))
const types = new DeclaredTypes()

describe.each(Object.entries<AnyStateMachine>(machines))('the drawing of %s', (name, machine) => {
  const { arrows, takes } = pages.get(name)!

  it('has the states of the machine', () => {
    const drawn = statesOf(arrows).filter(state => state !== machine.id)
    expect(drawn).toEqual(Object.keys(machine.states).sort())
  })

  it('has the transitions of the machine', () => {
    expect(
      arrows
        .filter(({ messages }) => messages.length > 0)
        .map(lineOf)
        .sort(),
    ).toEqual(transitionsOf(machine).sort())
  })

  it('begins and ends where the machine does', () => {
    const { initial } = machine.root
    expect(arrows.filter(({ from, to }) => from === '[*]' && to !== machine.id).map(({ to }) => to)).toEqual(
      initial.target.map(({ key }) => key),
    )
    const ends = Object.values(machine.states).filter(({ type }) => type === 'final')
    expect(endsOf(arrows)).toEqual(ends.map(({ key }) => key).sort())
  })

  it('stands above a table of every event', () => {
    const events = nodesOf(machine).flatMap(({ transitions }) => [...transitions.keys()])
    expect([...takes.keys()].sort()).toEqual([...new Set(events)].sort())
  })
})

describe.each(Object.entries(typed))(
  'the drawing of %s',
  (name, { phases, messages }) => {
    const { arrows, takes } = pages.get(name)!

    it('has the phases of the type', () => {
      expect(statesOf(arrows)).toEqual(types.strings(phases).sort())
    })

    it('is labelled with messages that the actor takes', () => {
      expect(arrows.flatMap(arrow => arrow.messages).filter(message => !takes.has(message))).toEqual([])
    })

    it('stands above a table of every message', () => {
      const declared = messages.flatMap(place => types.messages(place))
      expect([...takes.keys()].sort()).toEqual(declared.sort())
    })
  },
  60_000,
)

describe('docs/actors.md', () => {
  it('names files that exist', () => {
    const named = [...text.matchAll(/`((?:src|test)\/[\w/.-]+)`/g)].map(([, file]) => file!)
    expect(named.length).toBeGreaterThan(6)
    expect(named.filter(file => !existsSync(join(PROJECT_ROOT, file)))).toEqual([])
  })

  it('tells of every message that a messages.ts declares', () => {
    expect(types.allMessages().filter(message => !takenByAny.has(message))).toEqual([])
  }, 60_000)

  it('says of each message that comes from an actor that this actor sends it, and the other way round', () => {
    const received = [...pages].flatMap(([to, { takes }]) =>
      [...takes].flatMap(([message, from]) =>
        from.map(who => `${who === 'itself' ? to : capitalised(who)} ${message}`),
      ),
    )
    const sent = [...pages].flatMap(([from, { sends }]) => sends.map(message => `${from} ${message}`))
    const fromActors = received.filter(line => [...pages.keys()].some(actor => line.startsWith(`${actor} `)))
    expect([...new Set(fromActors)].sort()).toEqual([...new Set(sent)].sort())
  })

  it('shows the messages of a GET over a connection that has idled', async () => {
    const drawn = [...text.matchAll(/^ *(\w+)->>(\w+): (\S+)$/gm)].map(([, , to, message]) => `${to} ${message}`)
    expect(text).toContain(
      `is ${['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'][drawn.length]} messages`,
    )
    await using server = await rawServer({ onRequest: () => answer('hello') })
    const seen: string[] = []
    const client = createClient({ inspect: event => seen.push(...messageIn(event)) })
    await client.get(server.url())
    // Two ends of a turn later the sockets were polled: the connection has idled.
    for (let turn = 0; turn < 2; turn++) await new Promise(resolve => setImmediate(resolve))
    seen.length = 0
    await client.get(server.url())
    expect(seen).toEqual(drawn)
    await client.close()
  })
})

function sectionOf(heading: string): string {
  const section = text.split(/^## /m).find(part => part.startsWith(`${heading}\n`))
  if (section === undefined) throw new Error(`docs/actors.md has no section ${heading}`)
  return section
}

function actorPage(section: string): ActorPage {
  const drawing = /```mermaid\nstateDiagram-v2\n(.*?)```/s.exec(section)?.[1] ?? ''
  const rows = [...section.matchAll(/^\| `([^`]+)` *\| (.*?) *\| .* \|$/gm)]
  const sends = /^Sends (.*?)\n\n/ms.exec(section)?.[1] ?? ''
  return {
    arrows: drawing.split('\n').flatMap(arrowOf),
    takes: new Map(rows.map(([, message, from]) => [message!, from!.split(', ')])),
    sends: [...sends.matchAll(/`([^`]+)`/g)].map(([, message]) => message!),
  }
}

function arrowOf(line: string): Arrow[] {
  if (/^\s*(state \w+ \{|\}|)$/.test(line)) return []
  const [, from, to, label = ''] = /^\s*(\S+) --> (\S+)(?: : (.+))?$/.exec(line) ?? []
  if (from === undefined || to === undefined) throw new Error(`docs/actors.md draws ${line}`)
  const [, messages = '', condition = ''] = /^([^[]*?) *(\[.*\])?$/.exec(label) ?? []
  return [{ from, to, messages: messages === '' ? [] : messages.split(', '), condition }]
}

function statesOf(arrows: readonly Arrow[]): string[] {
  return [...new Set(arrows.flatMap(({ from, to }) => [from, to]))].filter(state => state !== '[*]').sort()
}

function endsOf(arrows: readonly Arrow[]): string[] {
  return arrows.flatMap(({ from, to }) => (to === '[*]' ? [from] : [])).sort()
}

function lineOf({ from, to, messages, condition }: Arrow): string {
  return `${from} --> ${to} : ${messages.join(', ')} ${condition}`.trim()
}

function nodesOf(machine: AnyStateMachine): AnyStateNode[] {
  return [machine.root, ...Object.values(machine.states)]
}

/** Those that go somewhere. The machine's own, from any state, have its id in place of a state. */
function transitionsOf(machine: AnyStateMachine): string[] {
  return nodesOf(machine).flatMap(node =>
    [...node.transitions.values()]
      .flat()
      .flatMap(({ eventType, guard, target = [] }) =>
        target.map(({ key }) =>
          `${node.key} --> ${key} : ${eventType} ${guard === undefined ? '' : `[${guard}]`}`.trim(),
        ),
      ),
  )
}

/** The actor that got a message, as the drawing names it. Bytes and the engine's own signs are no messages. */
function messageIn(event: InspectionEvent): string[] {
  if (event.type !== '@xstate.event' || !takenByAny.has(event.event.type)) return []
  const { id } = event.actorRef as AnyActorRef
  const who = id.startsWith('request:') ? 'request' : id.startsWith('host:') ? 'manager' : 'connection'
  return [`${who} ${event.event.type}`]
}

function capitalised(name: string): string {
  return `${name[0]!.toUpperCase()}${name.slice(1)}`
}
