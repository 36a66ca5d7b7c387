import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick } from 'vue'
import { asObject, asText } from '@/format/tolerant'
import { forgetKeptForms, keepFormsOf, useKeptForm } from './kept-form'

const parse = (kept: unknown) => ({ title: asText(asObject(kept)['title']) })

/** As little of a browser's storage as the forms need: its keys are its own. */
function storage(): Storage {
  const kept: Record<string, unknown> = {}
  Object.defineProperties(kept, {
    getItem: { value: (key: string) => kept[key] ?? null },
    setItem: { value: (key: string, text: string) => (kept[key] = text) },
    removeItem: { value: (key: string) => Reflect.deleteProperty(kept, key) },
  })
  return kept as unknown as Storage
}

beforeEach(() => vi.stubGlobal('sessionStorage', storage()))
afterEach(() => vi.unstubAllGlobals())

/** A screen with the form, which is left again. */
async function screen(act: (kept: ReturnType<typeof useKeptForm<{ title: string }>>) => void): Promise<void> {
  const scope = effectScope()
  scope.run(() => act(useKeptForm('petition', parse)))
  await nextTick()
  scope.stop()
}

describe('a form at a desk', () => {
  it('is found again as it was left', async () => {
    await screen(({ form }) => (form.value.title = '夜间噪声'))
    await screen(({ form }) => expect(form.value.title).toBe('夜间噪声'))
  })

  it('is gone once it was finished', async () => {
    await screen(({ form }) => (form.value.title = '夜间噪声'))
    await screen(({ finished }) => finished())
    await screen(({ form }) => expect(form.value.title).toBe(''))
  })

  it('leaves nothing behind after signing out', async () => {
    await screen(({ form }) => (form.value.title = '夜间噪声'))
    sessionStorage.setItem('other', 'stays')
    forgetKeptForms()
    expect(Object.keys(sessionStorage)).toEqual(['other'])
  })

  it('is for nobody else who signs in in the same window, after it was loaded anew too', async () => {
    keepFormsOf('陈主任')
    await screen(({ form }) => (form.value.title = '夜间噪声'))
    keepFormsOf('陈主任')
    await screen(({ form }) => expect(form.value.title).toBe('夜间噪声'))
    keepFormsOf('林秋')
    await screen(({ form }) => expect(form.value.title).toBe(''))
    forgetKeptForms()
    expect(Object.keys(sessionStorage)).toEqual([])
  })

  it('that was only looked at is not kept', async () => {
    await screen(() => undefined)
    expect(Object.keys(sessionStorage)).toEqual([])
  })

  it('works without storage', async () => {
    vi.stubGlobal('sessionStorage', undefined)
    await screen(({ form }) => {
      form.value.title = '夜间噪声'
      expect(form.value.title).toBe('夜间噪声')
    })
  })
})
