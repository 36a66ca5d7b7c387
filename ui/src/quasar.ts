import { Dialog, Notify, type QuasarPluginOptions } from 'quasar'
import iconSet from 'quasar/icon-set/svg-material-icons-outlined.js'
import lang from 'quasar/lang/zh-CN.js'

export const quasarOptions: Partial<QuasarPluginOptions> = {
  plugins: { Notify, Dialog },
  iconSet,
  lang,
  config: { notify: { position: 'bottom', timeout: 4000 } },
}
