export const zh = {
  record: {
    on_device: '仅在本机',
    sent: '已上传，待核验',
    stored: '已上传，待核验',
    verified: '{at} 已核验',
  },
  record_plain: '已核验',
  record_hint: {
    on_device: '办公端还没有这份档案的全部记录。',
    sent: '办公端已存盘。两边比对一致后才算核验。',
    stored: '办公端已存盘。两边比对一致后才算核验。',
    verified: '本机与办公端比对过，这份档案完全一致。',
  },
  photo: {
    on_device: '仅在本机',
    sent: '只传了一部分',
    stored: '办公端已存妥',
    verified: '已核验',
  },
  photo_hint: {
    on_device: '办公端还没有。',
    sent: '还没有传完，下次从中断处继续。',
    stored: '办公端已按内容校验并存盘。',
    verified: '已存妥，且两边的档案比对一致。',
  },
  title: '办公端是否已有',
  of_record: '档案记录',
  of_photos: '{sum} 张照片',
  show: '查看办公端是否已有',
}

export const en: typeof zh = {
  record: {
    on_device: 'on this device only',
    sent: 'sent, not yet verified',
    stored: 'sent, not yet verified',
    verified: 'verified {at}',
  },
  record_plain: 'verified',
  record_hint: {
    on_device: 'The office does not have all that is on record here.',
    sent: 'It is on the disk of the office. It counts as verified once both sides were compared and are equal.',
    stored: 'It is on the disk of the office. It counts as verified once both sides were compared and are equal.',
    verified: 'This device and the office were compared and hold this dossier alike.',
  },
  photo: {
    on_device: 'on this device only',
    sent: 'sent in part',
    stored: 'stored at the office',
    verified: 'verified',
  },
  photo_hint: {
    on_device: 'The office does not have it.',
    sent: 'Not all of it has arrived; it goes on from there.',
    stored: 'The office checked its bytes and has it on the disk.',
    verified: 'Stored, and both sides hold the dossier alike.',
  },
  title: 'What the office has',
  of_record: 'The record',
  of_photos: '{sum} photo | {sum} photos',
  show: 'See what the office has',
}
