import { describe, expect, it } from 'vitest'
import type { MapSite } from '@/wire/MapSite'
import { clusterLook, lookOf, shareOf, short } from './figures'

const site = (part: Partial<MapSite> = {}): MapSite => ({
  id: '0190d8a0-0000-7000-8000-000000000001',
  name: '闽南厦集五金加工厂',
  place: { latitude: 24.66, longitude: 118.09 },
  verdict: 'upgrade',
  done: false,
  deadline: '2026-06-30',
  days_overdue: null,
  conflict: false,
  ...part,
})

describe('the mark of a site', () => {
  it('shows the verdict and stays a mark of its own where there is none', () => {
    expect(lookOf(site()).standing).toBe('upgrade')
    expect(lookOf(site({ verdict: null })).standing).toBe('unjudged')
  })

  it('shows by how many days it is late, from the first day on', () => {
    expect(lookOf(site()).days).toBe('')
    expect(lookOf(site({ days_overdue: 1 })).days).toBe('1')
    expect(lookOf(site({ days_overdue: 1305 })).days).toBe('1305')
    expect(lookOf(site({ days_overdue: 12_000 })).days).toBe('9999+')
  })
})

describe('the ring of a cluster', () => {
  const many = (late: number, all: number) => Array.from({ length: all }, (_, n) => site({ days_overdue: n < late ? 3 : null }))

  it('is filled by the share that is overdue', () => {
    expect(shareOf(clusterLook(many(5, 10)))).toBeCloseTo(0.5)
  })

  it('shows one late site among many, and one that is not', () => {
    expect(shareOf(clusterLook(many(0, 500)))).toBe(0)
    expect(shareOf(clusterLook(many(1, 500)))).toBeGreaterThan(0)
    expect(shareOf(clusterLook(many(499, 500)))).toBeLessThan(1)
    expect(shareOf(clusterLook(many(500, 500)))).toBe(1)
  })

  it('says so when one of them is in conflict', () => {
    expect(clusterLook([site(), site({ conflict: true })]).conflict).toBe(true)
    expect(clusterLook([site(), site()]).conflict).toBe(false)
  })

  it('never says more than there are', () => {
    expect([999, 1000, 1999, 9999, 12_900].map(short)).toEqual(['999', '1.0k', '1.9k', '9.9k', '12k'])
  })
})
