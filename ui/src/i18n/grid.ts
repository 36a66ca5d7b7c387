export const zh = {
  pick: '选择网格单元',
  filter: '输入名称或代码',
  path: '正在选择的位置',
  none: '没有名称相符的单元',
  no_units: '还没有区划名单，请先导入或同步',
  use: '使用 {name}',
  into: '进入 {name}',
}

export const en: typeof zh = {
  pick: 'Pick a grid unit',
  filter: 'Type a name or code',
  path: 'Where the picking is',
  none: 'No unit has such a name',
  no_units: 'There is no list of divisions yet; import one or sync',
  use: 'Use {name}',
  into: 'Into {name}',
}
