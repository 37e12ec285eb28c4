import { expect, it } from 'vitest'
import { createClient, type PoolPolicy } from '../../src/index.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'
import { rejectionOf } from '../support/rejection.ts'

leakCheck()

/** Never refuses anybody. */
const patient: PoolPolicy = {
  name: 'patient',
  admit: load => (load.connections + load.dialing < load.maxConnections ? 'dial' : 'wait'),
}

it('(promise 6) bounds those who wait by pool.maxWaiting, whatever a policy of the user says', async () => {
  await using server = await rawServer()
  await using client = createClient({ pool: { maxConnections: 1, maxWaiting: 3, policy: patient } })
  const first = client.request(server.url('/served'))
  await server.nextRequest()
  const waiting = Array.from({ length: 3 }, (_, index) => client.request(server.url(`/${index}`)))
  const error = await rejectionOf(client.get(server.url('/one-too-many')))
  expect(error).toMatchObject({ code: 'ERR_HANSOM_POOL_FULL', policy: 'patient', load: { waiting: 3 } })
  for (const ref of [first, ...waiting]) expect(client.explain(ref).phase).not.toBe('failed')
})
