import { Compression, FileSource, PMTiles, TileType } from 'pmtiles'
import { host } from '@/host'

/** What is handed over at once: little enough that a cut connection or a press on "stop" costs seconds. */
const PIECE_BYTES = 8 * 1024 * 1024
/** `tiles.import` takes no more; the pieces of a larger file are larger. */
const MOST_PIECES = 512

export const pieceBytes = (size: number): number => Math.max(PIECE_BYTES, Math.ceil(size / MOST_PIECES))

const TYPES = new Set([TileType.Mvt, TileType.Png, TileType.Jpeg, TileType.Webp])
const COMPRESSIONS = new Set([Compression.Unknown, Compression.None, Compression.Gzip])

/** What a look at its head says against a file, before gigabytes of it are handed over; null where nothing does. */
export async function faultOf(file: File): Promise<'not_pmtiles' | 'unsupported' | null> {
  try {
    const header = await new PMTiles(new FileSource(file)).getHeader()
    if (header.specVersion !== 3) return 'not_pmtiles'
    return TYPES.has(header.tileType) && COMPRESSIONS.has(header.tileCompression) ? null : 'unsupported'
  } catch {
    return 'not_pmtiles'
  }
}

/** Hands a file over in pieces, and gives their ids in order. Rejects with an `AbortError` soon after the signal. */
export async function uploadPieces(file: File, signal: AbortSignal, progress: (bytes: number) => void): Promise<string[]> {
  const ids: string[] = []
  const step = pieceBytes(file.size)
  for (let from = 0; from < file.size; from += step) {
    const piece = file.slice(from, from + step)
    ids.push(await host.upload(piece, (share) => progress(from + share * piece.size), signal))
    progress(from + piece.size)
  }
  return ids
}
