import * as common from './common'
import * as dossier from './dossier'
import * as errors from './errors'
import * as forms from './forms'
import * as grid from './grid'
import * as imports from './imports'
import * as inspection from './inspection'
import * as ledger from './ledger'
import * as map from './map'
import * as me from './me'
import * as photo from './photo'
import * as photos from './photos'
import * as registration from './registration'
import * as signIn from './sign-in'
import * as sites from './sites'
import * as sync from './sync'
import * as today from './today'
import * as words from './words'

export const zh = {
  ...errors.zh,
  common: common.zh,
  dossier: dossier.zh,
  forms: forms.zh,
  grid: grid.zh,
  imports: imports.zh,
  inspection: inspection.zh,
  ledger: ledger.zh,
  map: map.zh,
  me: me.zh,
  photo: photo.zh,
  photos: photos.zh,
  registration: registration.zh,
  sign_in: signIn.zh,
  sites: sites.zh,
  sync: sync.zh,
  today: today.zh,
  words: words.zh,
}

export const en: typeof zh = {
  ...errors.en,
  common: common.en,
  dossier: dossier.en,
  forms: forms.en,
  grid: grid.en,
  imports: imports.en,
  inspection: inspection.en,
  ledger: ledger.en,
  map: map.en,
  me: me.en,
  photo: photo.en,
  photos: photos.en,
  registration: registration.en,
  sign_in: signIn.en,
  sites: sites.en,
  sync: sync.en,
  today: today.en,
  words: words.en,
}
