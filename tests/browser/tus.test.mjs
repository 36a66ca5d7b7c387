// The upload of photos with a client of tus that was not written here, against the very server.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import * as tus from 'tus-js-client'
import { folder, photo } from './lib/places.mjs'
import { until } from './lib/processes.mjs'
import { donghui, startServer } from './lib/server.mjs'

const base64 = (text) => Buffer.from(text).toString('base64')

/** Puts a photo on record at the office; its bytes are what a device would send. */
async function recorded(server, name) {
  const bytes = await readFile(photo(name))
  const { upload } = await (await server.ask('/api/uploads', { method: 'POST', body: bytes })).json()
  const draft = randomUUID()
  const attached = await server.call('photos.attach', { upload, draft, options: null })
  const { sites } = await server.call('sites.list', {
    filter: { grid: donghui, text: null, standing: null, done: null, open_problems: null, conflict: null, overdue: null },
    after: null,
    limit: 1,
  })
  const shown = { hash: attached.hash, problem: null, rectified: false, sketch_of: null, compare_with: null }
  await server.call('inspections.record', {
    id: randomUUID(), site: sites[0].id, draft, source: 'daily_patrol', position: null, fix_clock_ahead_s: null,
    decision: null, remarks: '', task: null, checklist: [], relapse: false, problems: [], photos: [shown],
  })
  return { hash: attached.hash, jpeg: await server.photo(attached.hash) }
}

test('photos arrive by tus 1.0.0', async (t) => {
  const data = await folder(t)
  const server = await startServer(t, data)
  const token = await server.addDeviceOf('管理员')
  const { hash, jpeg } = await recorded(server, 'gps-DSCN0010.jpg')
  const endpoint = `${server.address}/sync/photos`
  const place = `${endpoint}/${hash}`
  const authorised = { Authorization: `Bearer ${token}` }
  const ours = { ...authorised, 'Tus-Resumable': '1.0.0' }

  /** The server loses the photo: what happens on a disk that fails. Devices send it again. */
  const lose = () => rm(join(data, 'photos', hash.slice(0, 2), `${hash}.jpg`), { force: true })
  const head = () => fetch(place, { method: 'HEAD', headers: ours })
  const offset = async () => Number((await head()).headers.get('upload-offset'))
  const isThere = async () => assert.deepEqual(await server.photo(hash), jpeg)
  const patch = (from, body, headers = {}) => fetch(place, {
    method: 'PATCH',
    headers: { ...ours, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(from), ...headers },
    body,
  })
  const create = (length = jpeg.length) => fetch(endpoint, {
    method: 'POST',
    headers: { ...ours, 'Upload-Length': String(length), 'Upload-Metadata': `sha256 ${base64(hash)}` },
  })

  /** An upload of the client's, and a promise of its end. */
  const upload = (options = {}, source = jpeg) => {
    let started
    const ended = new Promise((resolve, reject) => {
      started = new tus.Upload(source, {
        endpoint, headers: authorised, metadata: { sha256: hash }, retryDelays: [0, 200, 500, 1000],
        onSuccess: resolve, onError: reject, ...options,
      })
    })
    return { upload: started, ended }
  }

  await t.test('says what it can', async () => {
    const said = await fetch(endpoint, { method: 'OPTIONS' })
    assert.equal(said.status, 204)
    assert.equal(said.headers.get('tus-version'), '1.0.0')
    assert.equal(said.headers.get('tus-extension'), 'creation,creation-with-upload,checksum,termination')
    assert.equal(said.headers.get('tus-checksum-algorithm'), 'sha1,sha256')
    assert.equal(said.headers.get('tus-max-size'), String(64 << 20))
  })

  await t.test('takes a photo whole', async () => {
    await lose()
    const whole = upload()
    whole.upload.start()
    await whole.ended
    assert.equal(whole.upload.url, place)
    await isThere()
  })

  await t.test('takes a photo that came with its creation', async () => {
    await lose()
    const whole = upload({ uploadDataDuringCreation: true, chunkSize: 10_000 })
    whole.upload.start()
    await whole.ended
    await isThere()
  })

  await t.test('goes on after a pause, with another client too', async () => {
    await lose()
    const first = upload({ chunkSize: 8_192, onChunkComplete: (_, accepted) => accepted >= 32_768 && first.upload.abort() })
    first.upload.start()
    await until('the pause', async () => (await offset()) >= 32_768)
    const sent = await offset()
    assert.ok(sent < jpeg.length, `${sent} of ${jpeg.length}`)
    let began
    const second = upload({ uploadUrl: place, onProgress: (bytes) => (began ??= bytes) })
    second.upload.start()
    await second.ended
    assert.ok(began >= sent, `it began at ${began}, and ${sent} bytes were there`)
    await isThere()
  })

  await t.test('keeps what came before the connection broke in the middle of a piece', async () => {
    await lose()
    assert.equal((await create()).status, 201)
    const { hostname, port, host } = new URL(server.address)
    const half = Math.floor(jpeg.length / 2)
    const socket = connect(Number(port), hostname)
    socket.write(
      `PATCH /sync/photos/${hash} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\nTus-Resumable: 1.0.0\r\n` +
        `Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\nContent-Length: ${jpeg.length}\r\n\r\n`,
    )
    await new Promise((resolve) => socket.write(jpeg.subarray(0, half), resolve))
    await new Promise((resolve) => setTimeout(resolve, 500))
    socket.destroy()
    assert.equal(await offset(), half)
    const rest = upload({ uploadUrl: place })
    rest.upload.start()
    await rest.ended
    await isThere()
  })

  await t.test('the newer request wins where an older connection is dead and nobody was told', async () => {
    await lose()
    assert.equal((await create()).status, 201)
    let push
    const hanging = new Readable({ read() {} })
    push = fetch(place, {
      method: 'PATCH', duplex: 'half', body: Readable.toWeb(hanging),
      headers: { ...ours, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0' },
    })
    hanging.push(jpeg.subarray(0, 5_000))
    await new Promise((resolve) => setTimeout(resolve, 500))
    assert.equal(await offset(), 5_000)
    hanging.push(null)
    assert.equal((await push).status, 423)
    const rest = upload({ uploadUrl: place })
    rest.upload.start()
    await rest.ended
    await isThere()
  })

  await t.test('keeps nothing of a piece whose checksum is wrong', async () => {
    await lose()
    assert.equal((await create()).status, 201)
    const piece = jpeg.subarray(0, 20_000)
    const sum = (algorithm) => `${algorithm} ${createHash(algorithm).update(piece).digest('base64')}`
    assert.equal((await patch(0, piece, { 'Upload-Checksum': `sha1 ${base64('x'.repeat(20))}` })).status, 460)
    assert.equal(await offset(), 0)
    assert.equal((await patch(0, piece, { 'Upload-Checksum': 'md5 kAFQmDzST7DWlj99KOF/cg==' })).status, 400)
    assert.equal(await offset(), 0)
    assert.equal((await patch(0, piece, { 'Upload-Checksum': sum('sha1') })).status, 204)
    assert.equal(await offset(), 20_000)
    const next = jpeg.subarray(20_000)
    const wrong = { 'Upload-Checksum': sum('sha256') }
    assert.equal((await patch(20_000, next, wrong)).status, 460)
    assert.equal(await offset(), 20_000)
    const right = { 'Upload-Checksum': `sha256 ${createHash('sha256').update(next).digest('base64')}` }
    assert.equal((await patch(20_000, next, right)).status, 204)
    await isThere()
  })

  await t.test('ends an upload, and then there is none', async () => {
    await lose()
    const begun = upload({ chunkSize: 8_192, onChunkComplete: () => begun.upload.abort() })
    begun.upload.start()
    await until('a piece to arrive', async () => (await offset()) > 0)
    await tus.Upload.terminate(place, { headers: authorised })
    assert.equal((await head()).status, 404)
    assert.equal((await patch(0, jpeg.subarray(0, 10))).status, 404)
    const again = upload()
    again.upload.start()
    await again.ended
    await isThere()
    const taken = await fetch(place, { method: 'DELETE', headers: ours })
    assert.equal(taken.status, 403, 'a photo on record cannot be taken back')
    await isThere()
  })

  await t.test('answers wrong requests as the protocol says', async () => {
    await lose()
    assert.equal((await create()).status, 201)
    const wrongVersion = await fetch(place, { method: 'HEAD', headers: { ...authorised, 'Tus-Resumable': '0.2.2' } })
    assert.equal(wrongVersion.status, 412)
    assert.equal(wrongVersion.headers.get('tus-version'), '1.0.0')
    assert.equal((await fetch(place, { method: 'HEAD', headers: authorised })).status, 412)
    const elsewhere = await patch(7, jpeg.subarray(7))
    assert.equal(elsewhere.status, 409)
    assert.equal(elsewhere.headers.get('upload-offset'), '0')
    assert.equal((await patch(0, jpeg, { 'Content-Type': 'image/jpeg' })).status, 415)
    assert.equal((await patch('x', jpeg)).status, 400)
    assert.equal((await patch(0, Buffer.concat([jpeg, jpeg]))).status, 413)
    assert.equal((await create(65 << 20)).status, 413)
    assert.equal((await create('many')).status, 400)
    const stranger = await fetch(endpoint, {
      method: 'POST',
      headers: { ...ours, 'Upload-Length': '10', 'Upload-Metadata': `sha256 ${base64('0'.repeat(64))}` },
    })
    assert.equal(stranger.status, 404, 'no record mentions it')
    assert.equal((await fetch(endpoint, { method: 'POST', headers: { 'Tus-Resumable': '1.0.0' } })).status, 401)
    assert.equal(await offset(), 0)
    // Networks that let only GET and POST through.
    const rest = upload({ uploadUrl: place, overridePatchMethod: true })
    rest.upload.start()
    await rest.ended
    await isThere()
  })

  await t.test('gives a photo by ranges', async () => {
    const range = async (range) => {
      const response = await fetch(place, { headers: { ...authorised, Range: range } })
      return [response.status, response.headers.get('content-range'), Buffer.from(await response.arrayBuffer())]
    }
    const size = jpeg.length
    assert.deepEqual(await range('bytes=10-19'), [206, `bytes 10-19/${size}`, jpeg.subarray(10, 20)])
    assert.deepEqual(await range('bytes=-5'), [206, `bytes ${size - 5}-${size - 1}/${size}`, jpeg.subarray(size - 5)])
    assert.deepEqual(await range(`bytes=${size - 3}-`), [206, `bytes ${size - 3}-${size - 1}/${size}`, jpeg.subarray(size - 3)])
    assert.equal((await range(`bytes=${size}-`))[0], 416)
    assert.deepEqual(await range('lines=1-2'), [200, null, jpeg])
  })
})
