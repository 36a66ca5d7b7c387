import * as account from './account'
import * as bundleOffice from './bundle-office'
import * as common from './common'
import * as devices from './devices'
import * as dossier from './dossier'
import * as enrol from './enrol'
import * as errors from './errors'
import * as forms from './forms'
import * as grid from './grid'
import * as held from './held'
import * as imports from './imports'
import * as inspection from './inspection'
import * as ledger from './ledger'
import * as map from './map'
import * as me from './me'
import * as papers from './papers'
import * as people from './people'
import * as photo from './photo'
import * as photos from './photos'
import * as plans from './plans'
import * as problems from './problems'
import * as receipt from './receipt'
import * as registration from './registration'
import * as rules from './rules'
import * as signIn from './sign-in'
import * as sites from './sites'
import * as sync from './sync'
import * as tasks from './tasks'
import * as today from './today'
import * as words from './words'

export const zh = {
  ...errors.zh,
  account: account.zh,
  bundle_office: bundleOffice.zh,
  common: common.zh,
  devices: devices.zh,
  dossier: dossier.zh,
  enrol: enrol.zh,
  forms: forms.zh,
  grid: grid.zh,
  held: held.zh,
  imports: imports.zh,
  inspection: inspection.zh,
  ledger: ledger.zh,
  map: map.zh,
  me: me.zh,
  papers: papers.zh,
  people: people.zh,
  photo: photo.zh,
  photos: photos.zh,
  plans: plans.zh,
  problems: problems.zh,
  receipt: receipt.zh,
  registration: registration.zh,
  rules: rules.zh,
  sign_in: signIn.zh,
  sites: sites.zh,
  sync: sync.zh,
  tasks: tasks.zh,
  today: today.zh,
  words: words.zh,
}

export const en: typeof zh = {
  ...errors.en,
  account: account.en,
  bundle_office: bundleOffice.en,
  common: common.en,
  devices: devices.en,
  dossier: dossier.en,
  enrol: enrol.en,
  forms: forms.en,
  grid: grid.en,
  held: held.en,
  imports: imports.en,
  inspection: inspection.en,
  ledger: ledger.en,
  map: map.en,
  me: me.en,
  papers: papers.en,
  people: people.en,
  photo: photo.en,
  photos: photos.en,
  plans: plans.en,
  problems: problems.en,
  receipt: receipt.en,
  registration: registration.en,
  rules: rules.en,
  sign_in: signIn.en,
  sites: sites.en,
  sync: sync.en,
  tasks: tasks.en,
  today: today.en,
  words: words.en,
}
