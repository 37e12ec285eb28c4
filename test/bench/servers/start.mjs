// Which server serves a cell.
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { makeCertificate } from './certificate.mjs'
import { nginxVersion, startNginx } from './nginx.mjs'
import { startRaw } from './raw.mjs'

/**
 * Starts nginx if the cell wants it and it is there, else the shipped raw server. Both serve the same paths. The answer
 * tells which one runs, and how many fields its answers really have.
 */
export async function startServer({ wanted, fields, tls, bodies, folder }) {
  const certificate = tls ? await makeCertificate() : null
  const start = wanted === 'nginx' && nginxVersion() !== null ? startNginx : startRaw
  const server = await start({ fields, certificate, bodies, folder })
  const origin = `${tls ? 'https' : 'http'}://127.0.0.1:${server.port}`
  const ca = certificate?.cert
  return { ...server, origin, ca, fields: await countFields(origin, ca) }
}

function countFields(origin, ca) {
  return new Promise((resolve, reject) => {
    const request = origin.startsWith('https:') ? requestHttps : requestHttp
    const sent = request(`${origin}/`, { ca, headers: { connection: 'keep-alive' } }, response => {
      response.resume().on('end', () => {
        sent.destroy()
        resolve(response.rawHeaders.length / 2)
      })
    })
    sent.on('error', reject).end()
  })
}
