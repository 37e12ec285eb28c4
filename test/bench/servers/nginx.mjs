// Starts nginx with a configuration of its own in a temporary folder: one worker, small answers from memory, bodies from files.
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { contentType, smallBody } from '../contenders/answers.mjs'
import { spawnPinned } from '../pinning.mjs'

// Debian puts it where only root's PATH looks.
const env = { ...process.env, PATH: `${process.env.PATH}${delimiter}/usr/sbin` }
/** nginx sends these by itself: Server, Date, Content-Type, Content-Length, Connection. */
const ownFields = 5

/** The version of nginx, or null if there is none. */
export function nginxVersion() {
  const { stderr } = spawnSync('nginx', ['-v'], { env, encoding: 'utf8' })
  return /nginx\/(\S+)/.exec(stderr ?? '')?.[1] ?? null
}

/** GET only; `bodies` are the lengths of the files that it serves as `/bytes/N`, from below `parent`. */
export async function startNginx({ fields, certificate, bodies, folder: parent }) {
  const folder = mkdtempSync(join(parent, 'nginx-'))
  mkdirSync(join(folder, 'www', 'bytes'), { recursive: true })
  for (const bytes of bodies) writeFileSync(join(folder, 'www', 'bytes', String(bytes)), Buffer.alloc(bytes, 'x'))
  if (certificate !== null) {
    writeFileSync(join(folder, 'cert.pem'), certificate.cert)
    writeFileSync(join(folder, 'key.pem'), certificate.key, { mode: 0o600 })
  }
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, configuration({ folder, port, fields, secure: certificate !== null }))
  const args = ['-p', folder, '-e', 'stderr', '-c', file]
  const process_ = spawnPinned('server', 'nginx', args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const exit = once(process_, 'exit')
  const kill = () => process_.kill('SIGTERM')
  const stop = async () => {
    kill()
    await exit
  }
  await Promise.race([accepting(port), died(exit)])
  return { name: 'nginx', version: nginxVersion(), port, kill, stop }
}

async function died(exit) {
  const [code] = await exit
  throw new Error(`nginx ended with ${code}`)
}

function configuration({ folder, port, fields, secure }) {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const names = Array.from({ length: Math.max(0, fields - ownFields) }, (_, i) => `X-Header-${i}`)
  const added = names.map((name, i) => `add_header ${name} "some value of a usual length ${i}";`)
  const tls = `ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;`
  return `
daemon off;
master_process off;
worker_processes 1;
pid ${folder}/pid;
error_log stderr error;
events { worker_connections 8192; }
http {
  access_log off;
  ${temporary.map(name => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  default_type ${contentType};
  types {}
  server_tokens off;
  etag off;
  sendfile on;
  tcp_nodelay on;
  gzip off;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  server {
    listen 127.0.0.1:${port} backlog=8192${secure ? ' ssl' : ''};
    ${secure ? tls : ''}
    root ${folder}/www;
    ${added.join('\n    ')}
    location = / { return 200 '${smallBody}'; }
  }
}
`
}

/** nginx cannot tell which port it was given. This one was free a moment ago. */
async function freePort() {
  for (let attempt = 0; attempt < 20; attempt++) {
    const port = randomInt(20_000, 30_000)
    const server = createServer()
    try {
      await once(server.listen(port, '127.0.0.1'), 'listening')
    } catch {
      continue
    }
    server.close()
    await once(server, 'close')
    return port
  }
  throw new Error('no free port between 20000 and 30000 in 20 attempts')
}

async function accepting(port) {
  for (let attempt = 0; attempt < 250; attempt++) {
    const socket = connect({ port, host: '127.0.0.1' })
    try {
      await once(socket, 'connect')
      return
    } catch {
      await delay(20)
    } finally {
      socket.destroy()
    }
  }
  throw new Error(`nginx does not accept connections on port ${port}`)
}
