// A picture of a QR code, as a screenshot of the console's page would be.

import { deflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** Light modules around the code, without which it is not found. */
const QUIET = 4

const TABLE = Array.from({ length: 256 }, (_, n) => {
  let value = n
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value >>> 0
})
const crc = (bytes) => (bytes.reduce((sum, byte) => TABLE[(sum ^ byte) & 0xff] ^ (sum >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0

function chunk(kind, body) {
  const named = Buffer.concat([Buffer.from(kind), body])
  const frame = Buffer.alloc(named.length + 8)
  frame.writeUInt32BE(body.length)
  named.copy(frame, 4)
  frame.writeUInt32BE(crc(named), named.length + 4)
  return frame
}

/** A grey PNG of rows of `0` (light) and `1` (dark), so many pixels a module. */
export function qrPicture(rows, scale = 6) {
  const modules = rows.length + 2 * QUIET
  const dark = (row, column) => rows[row - QUIET]?.[column - QUIET] === '1'
  const side = modules * scale
  const lines = Array.from({ length: side }, (_, y) => {
    const line = Buffer.alloc(side + 1, 255)
    line[0] = 0
    for (let x = 0; x < side; x += 1) if (dark(Math.floor(y / scale), Math.floor(x / scale))) line[x + 1] = 0
    return line
  })
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header[8] = 8
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.concat(lines))), chunk('IEND', Buffer.alloc(0))])
}
