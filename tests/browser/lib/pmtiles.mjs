// Small PMTiles archives, version 3, written byte by byte: https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md

import { crc32, deflateSync } from 'node:zlib'

const HEADER_BYTES = 127
const NONE = 1
export const MVT = 1
export const PNG = 2

function varint(value) {
  const bytes = []
  let rest = BigInt(value)
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}

/** How many tiles there are in all zooms up to this one. */
const tilesUpTo = (zoom) => (4 ** (zoom + 1) - 1) / 3

/** An archive that has the same tile everywhere: one entry of the directory, as long as all of them. */
export function everywhere(tile, tileType, { maxZoom = 14, bounds = [117.9, 24.5, 118.3, 24.8], metadata = {} } = {}) {
  const all = tilesUpTo(maxZoom)
  // How many entries, then their ids, how many tiles each stands for, lengths, and offsets plus one.
  const directory = Buffer.concat([1, 0, all, tile.length, 1].map(varint))
  const text = Buffer.from(JSON.stringify(metadata))
  const header = Buffer.alloc(HEADER_BYTES)
  header.write('PMTiles', 0, 'latin1')
  header.writeUInt8(3, 7)
  const directoryAt = HEADER_BYTES
  const textAt = directoryAt + directory.length
  const tilesAt = textAt + text.length
  const numbers = [directoryAt, directory.length, textAt, text.length, tilesAt, 0, tilesAt, tile.length, all, 1, 1]
  numbers.forEach((number, index) => header.writeBigUInt64LE(BigInt(number), 8 + 8 * index))
  header.writeUInt8(1, 96)
  header.writeUInt8(NONE, 97)
  header.writeUInt8(NONE, 98)
  header.writeUInt8(tileType, 99)
  header.writeUInt8(0, 100)
  header.writeUInt8(maxZoom, 101)
  bounds.forEach((degrees, index) => header.writeInt32LE(Math.round(degrees * 1e7), 102 + 4 * index))
  header.writeUInt8(maxZoom, 118)
  header.writeInt32LE(Math.round(((bounds[0] + bounds[2]) / 2) * 1e7), 119)
  header.writeInt32LE(Math.round(((bounds[1] + bounds[3]) / 2) * 1e7), 123)
  return Buffer.concat([header, directory, text, tile])
}

function chunk(type, data) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, check])
}

/** A square PNG of one colour. */
export function png([red, green, blue], side = 256) {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(side, 0)
  head.writeUInt32BE(side, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(side * 3, Buffer.from([red, green, blue]))])
  const rows = Buffer.concat(Array.from({ length: side }, () => row))
  const mark = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([mark, chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
}

const field = (number, bytes) => Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes])
const numberField = (number, value) => Buffer.concat([varint(number << 3), varint(value)])
const zigzag = (value) => (value << 1) ^ (value >> 31)

/** A vector tile whose one layer is a polygon over the whole tile. */
export function vectorTile(layer, extent = 4096) {
  const commands = [(1 << 3) | 1, zigzag(0), zigzag(0), (3 << 3) | 2, zigzag(extent), zigzag(0), zigzag(0), zigzag(extent), zigzag(-extent), zigzag(0), (1 << 3) | 7]
  const polygon = Buffer.concat([numberField(3, 3), field(4, Buffer.concat(commands.map(varint)))])
  return field(3, Buffer.concat([numberField(15, 2), field(1, Buffer.from(layer)), field(2, polygon), numberField(5, extent)]))
}
