export const zh = {
  title: '登录办公端',
  hint: '请打开服务器启动时给出的一次性链接，或在这里输入其中的登录码。',
  code: '登录码',
  submit: '登录',
  wrong: '登录码不对或已用过。请在服务器上取得新的链接。',
}

export const en: typeof zh = {
  title: 'Sign in to the office console',
  hint: 'Open the one-time link that the server printed, or type its code here.',
  code: 'Code',
  submit: 'Sign in',
  wrong: 'The code is wrong or was used already. Get a new link from the server.',
}
