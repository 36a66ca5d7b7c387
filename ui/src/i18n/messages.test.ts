import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { en, zh } from './messages'

function flat(messages: object, prefix = ''): Map<string, string> {
  const all = new Map<string, string>()
  for (const [key, value] of Object.entries(messages)) {
    if (typeof value === 'string') all.set(prefix + key, value)
    else for (const [inner, text] of flat(value as object, `${prefix}${key}.`)) all.set(inner, text)
  }
  return all
}

const chinese = flat(zh)
const english = flat(en)
const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sources(path)
    return /\.(vue|ts)$/.test(entry.name) && !entry.name.endsWith('.test.ts') ? [path] : []
  })
}

describe('the two languages', () => {
  it('have the same keys', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
  })

  it('have no empty words', () => {
    for (const [key, text] of [...chinese, ...english]) expect(text.trim(), key).not.toBe('')
  })

  it('name the same values in each sentence', () => {
    for (const [key, text] of chinese) expect(placeholders(english.get(key) ?? ''), key).toEqual(placeholders(text))
  })

  it('have no English in Chinese sentences beyond names of formats', () => {
    const allowed = /CSV|XLSX|GeoJSON|HEIC|JPEG|WGS-84|code|name|level|parent|http\S*|\{\w+\}|GPS|Excel|UTF-8|GCJ-02|BD-09|ZIP|\bMB\b|PMTiles|PDF|MVT|gzip|PNG|WebP/g
    for (const [key, text] of chinese) expect(text.replace(allowed, ''), key).not.toMatch(/[A-Za-z]{2,}/)
  })

  it('have every key that the screens ask for', () => {
    for (const path of sources(join(import.meta.dirname, '..'))) {
      const text = readFileSync(path, 'utf8')
      for (const [, key] of text.matchAll(/\b(?:t|plural)\(\s*'([a-z_]+\.[\w.]+)'/g)) {
        expect(chinese.has(key ?? ''), `${key} in ${path}`).toBe(true)
      }
    }
  })
})
