import { describe, expect, it } from 'vitest'
import { certificateOf, linesOf } from './typed'

describe('an invitation', () => {
  it('is typed in lines of four groups', () => {
    expect(linesOf('7K3M-9PQ2-XYAB-CDEF-GHJK-MNPQ-ST')).toEqual(['7K3M 9PQ2 XYAB CDEF', 'GHJK MNPQ ST'])
    expect(linesOf('7K3M-9PQ2-XYAB')).toEqual(['7K3M 9PQ2 XYAB'])
  })

  it('shows the certificate as devices do', () => {
    // SHA-256 of nothing: e3b0c442 98fc1c14 9afbf4c8 996fb924 27ae41e4 649b934c a495991b 7852b855.
    const url = 'https://192.168.1.5:8770/enrol#pin=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU&code=7K3M9PQ2XY'
    expect(certificateOf(url)).toBe('E3B0 C442 98FC 1C14')
    expect(certificateOf('https://ledger.example/enrol#code=7K3M9PQ2XY')).toBe('')
  })
})
