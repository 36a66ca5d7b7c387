import { describe, expect, it } from 'vitest'
import type { MissingPhoto } from '@/wire/MissingPhoto'
import { bySite } from './missing'

const photo = (hash: string, site: string): MissingPhoto => ({
  hash,
  site,
  site_name: `${site} 厂`,
  village: '东辉村',
  by: '林秋',
  at: '2026-11-21T09:32:05Z',
  here: false,
  arrived: 0,
  bytes: 1000,
})

describe('missing photos', () => {
  it('stand under their site, in the order in which the sites come', () => {
    const sites = bySite([photo('a', 'B'), photo('b', 'A'), photo('c', 'B')])
    expect(sites.map(({ name, photos }) => [name, photos.map(({ hash }) => hash)])).toEqual([
      ['B 厂', ['a', 'c']],
      ['A 厂', ['b']],
    ])
  })
})
