/** The published totals of Donghui village, as each figure's test id shows it. */
export const published = {
  'totals-surveyed': '180',
  'totals-polluting': '158',
  'totals-upgrade-all': '128',
  'totals-upgrade-done': '108',
  'totals-relocate-all': '30',
  'totals-relocate-done': '22',
}
