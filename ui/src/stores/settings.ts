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

const KEY = 'village-ledger.settings'

interface Kept {
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
  watch([language, theme], () => {
    try {
      localStorage.setItem(KEY, JSON.stringify({ language: language.value, theme: theme.value }))
    } catch {
      // Without storage the choice lasts until the program is closed.
    }
  })

  return { language, theme }
})
