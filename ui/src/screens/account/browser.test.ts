import { expect, it } from 'vitest'
import { browserName } from './browser'

it('names browsers by what people call them', () => {
  const named = {
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36': 'Chrome 130, Windows',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0': 'Edge 130, Windows',
    'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0': 'Firefox 132, Linux',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1': 'Safari 17, iOS',
    'Mozilla/5.0 (Linux; Android 12; HarmonyOS) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 Mobile Safari/537.36': 'Chrome 99, HarmonyOS',
    'Chrome 130 on Windows': 'Chrome 130 on Windows',
    'Mozilla/5.0 (Linux; Android 13) Chrome/107.0 Mobile Safari/537.36 MicroMessenger/8.0': 'WeChat, Android',
    'Mozilla/5.0 (a toaster)': 'Mozilla/5.0 (a toaster)',
    curl: 'curl',
    '': '',
  }
  for (const [agent, name] of Object.entries(named)) expect(browserName(agent), agent).toBe(name)
})
