import { Lang } from 'quasar'
import langEn from 'quasar/lang/en-US.js'
import langZh from 'quasar/lang/zh-CN.js'
import { createI18n } from 'vue-i18n'
import { en, zh } from './messages'

export type Language = 'zh-CN' | 'en'

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN',
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zh, en },
})

export function setLanguage(language: Language): void {
  i18n.global.locale.value = language
  // Quasar's own type of a language does not fit its own setter.
  Lang.set((language === 'en' ? langEn : langZh) as Parameters<typeof Lang.set>[0])
  document.documentElement.lang = language
  document.title = i18n.global.t('words.app')
}
