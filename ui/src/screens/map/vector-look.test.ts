import { describe, expect, it } from 'vitest'
import { groundOf } from './vector-look'

describe('what a base map shows', () => {
  it('is the same for the schemas that are in use', () => {
    for (const [layer, kind] of [['water', 'lake'], ['ocean', ''], ['water_polygons', '']] as const) expect(groundOf(layer, kind), layer).toBe('water')
    for (const [layer, kind] of [['transportation', 'primary'], ['roads', 'major_road'], ['streets', 'secondary']] as const) expect(groundOf(layer, kind), layer).toBe('road')
    for (const layer of ['building', 'buildings']) expect(groundOf(layer, ''), layer).toBe('building')
  })

  it('is green only where something grows', () => {
    expect(groundOf('landuse', 'farmland')).toBe('green')
    expect(groundOf('landuse', 'residential')).toBeNull()
  })

  it('leaves out what would stand in the way of the marks', () => {
    for (const layer of ['pois', 'poi', 'housenumber', 'aeroway']) expect(groundOf(layer, '')).toBeNull()
  })
})
