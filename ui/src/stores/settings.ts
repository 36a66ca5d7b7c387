import { defineStore } from 'pinia'
import { Dark } from 'quasar'
import { ref, watch } from 'vue'
import { type Language, setLanguage } from '@/i18n'

export type Theme = 'light' | 'dark' | 'outdoor' | 'system'

export const LANGUAGES: { value: Language; label: string }[] = [
  { value: 'zh-CN', label: '中文' },
  { value: 'en', label: 'English' },
]
export const THEMES: Theme[] = ['light', 'dark', 'outdoor', 'system']

/** The longest side of a stored photo, in pixels; the last is as large as the host takes. */
export const LONG_SIDES = [1280, 1600, 2000, 3000, 8000] as const
export type LongSide = (typeof LONG_SIDES)[number]

/** The radius in metres that a fix is waited for. */
export const ACCURACIES = [5, 10, 20, 50, 100] as const
/** How many seconds it is waited for at most. */
export const WAITS = [15, 30, 60] as const

const KEY = 'village-ledger.settings'

interface Kept {
  photoLongSide?: unknown
  keepOriginal?: unknown
  wantedAccuracyM?: unknown
  waitS?: unknown
  language?: unknown
  theme?: unknown
}

function kept(): Kept {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Kept) : {}
  } catch {
    return {}
  }
}

export const useSettings = defineStore('settings', () => {
  const before = kept()
  // Never from navigator.language, which is "C" in WebKitGTK.
  const language = ref<Language>(before.language === 'en' ? 'en' : 'zh-CN')
  const theme = ref<Theme>(THEMES.find((one) => one === before.theme) ?? 'light')
  const photoLongSide = ref<LongSide>(LONG_SIDES.find((one) => one === before.photoLongSide) ?? 2000)
  const keepOriginal = ref(before.keepOriginal === true)
  const wantedAccuracyM = ref<(typeof ACCURACIES)[number]>(ACCURACIES.find((one) => one === before.wantedAccuracyM) ?? 20)
  const waitS = ref<(typeof WAITS)[number]>(WAITS.find((one) => one === before.waitS) ?? 60)
  const systemIsDark = window.matchMedia('(prefers-color-scheme: dark)')

  function paint(): void {
    const dark = theme.value === 'dark' || (theme.value === 'system' && systemIsDark.matches)
    Dark.set(dark)
    const root = document.documentElement
    root.classList.toggle('theme-dark', dark)
    root.classList.toggle('theme-outdoor', theme.value === 'outdoor')
    root.style.colorScheme = dark ? 'dark' : 'light'
  }

  watch(language, setLanguage, { immediate: true })
  watch(theme, paint, { immediate: true })
  systemIsDark.addListener(paint)
  watch([language, theme, photoLongSide, keepOriginal, wantedAccuracyM, waitS], () => {
    const chosen = {
      language: language.value,
      theme: theme.value,
      photoLongSide: photoLongSide.value,
      keepOriginal: keepOriginal.value,
      wantedAccuracyM: wantedAccuracyM.value,
      waitS: waitS.value,
    }
    try {
      localStorage.setItem(KEY, JSON.stringify(chosen))
    } catch {
      // Without storage the choice lasts until the program is closed.
    }
  })

  return { language, theme, photoLongSide, keepOriginal, wantedAccuracyM, waitS }
})
