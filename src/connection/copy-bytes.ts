let source: Buffer | null = null
let view = new Uint8Array(0)

/**
 * Copies `bytes[from, to)` to memory of its own, which its owner may keep, change or transfer. `slice` on a plain
 * `Uint8Array` allocates and copies natively; on a Buffer it would go through a constructor in JavaScript. The view is
 * kept, for nearly all reads come from the one buffer that all plain sockets share.
 */
export function copyBytes(bytes: Buffer, from: number, to: number): Uint8Array<ArrayBuffer> {
  if (bytes !== source) {
    view = new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length)
    // A TLS record's own buffer comes once: remembering it would only keep it alive.
    source = bytes.length >= 65_536 ? bytes : null
  }
  return view.slice(from, to)
}
