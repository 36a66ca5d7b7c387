import './polyfills'
import 'quasar/dist/quasar.css'
import './style/tokens.css'
import './style/base.css'
import { createPinia } from 'pinia'
import { Quasar } from 'quasar'
import { createApp } from 'vue'
import App from './App.vue'
import { i18n } from './i18n'
import { quasarOptions } from './quasar'
import { router } from './router'
import { useSettings } from './stores/settings'

const app = createApp(App).use(Quasar, quasarOptions).use(createPinia()).use(i18n).use(router)
useSettings()
app.mount('#app')
