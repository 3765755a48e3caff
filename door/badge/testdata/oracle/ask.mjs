// Asks @sd-jwt and jose what they say of credentials, and has them write some.
// node ask.mjs FOLDER, where FOLDER/node_modules has them; question on standard
// input, answer on standard output, both JSON. oracle_test.go has their form.
//
// Both are used as their own documents show it. What those leave to the caller
// (whose key, which type, for whom and when a key binding was made) is done here,
// so that a difference is one of theirs.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const require = createRequire(join(resolve(process.argv[2]), 'package.json'))
const load = (name) => import(pathToFileURL(require.resolve(name)))
const { SDJwtInstance } = await load('@sd-jwt/core')
const { SDJwtVcInstance } = await load('@sd-jwt/sd-jwt-vc')
const { StatusList } = await load('@sd-jwt/jwt-status-list')
const { ES256, digest, generateSalt } = await load('@sd-jwt/crypto-nodejs')
const jose = await load('jose')

const q = JSON.parse(readFileSync(0, 'utf8'))
const verifierOf = async (jwk) => ES256.getVerifier({ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y })
const ofIssuer = await verifierOf(q.key)
const keyOfIssuer = await jose.importJWK(q.key, 'ES256')
const bindingLife = 300

const must = (what, is) => {
  if (!is) throw new Error(what)
}

const common = {
  hasher: digest,
  verifier: ofIssuer,
  kbVerifier: async (data, signature, payload) => (await verifierOf(payload.cnf.jwk))(data, signature),
}

// whether they take it; null where they were not asked
const takes = async (f) => {
  try {
    await f()
    return true
  } catch {
    return false
  }
}

const bindingFits = (c, kb) => {
  must('aud', kb.aud === c.audience)
  must('iat', kb.iat <= c.now + q.skew && c.now - q.skew < kb.iat + bindingLife)
}

// SD-JWT VC as @sd-jwt reads it, with its status list.
const sdjwt = async (c) => {
  const vc = new SDJwtVcInstance({
    ...common,
    statusListFetcher: async (uri) => {
      must('address of the status list', uri === q.listAddress)
      return c.list
    },
  })
  const options = { currentDate: c.now, skewSeconds: q.skew }
  if (c.nonce) options.keyBindingNonce = c.nonce
  const found = await vc.verify(c.text, options)
  must('iss', found.payload.iss === q.issuer)
  must('vct', found.payload.vct === q.type)
  must('kid', found.header.kid === q.kid)
  if (c.nonce) bindingFits(c, found.kb.payload)
}

const timed = (c, more) => ({ algorithms: ['ES256'], currentDate: new Date(c.now * 1000), clockTolerance: q.skew, ...more })

// jose reads the tokens of a credential and knows nothing of disclosures.
const tokens = async (c) => {
  const parts = c.text.split('~')
  const found = await jose.jwtVerify(parts[0], keyOfIssuer, timed(c, { typ: 'dc+sd-jwt', issuer: q.issuer, requiredClaims: ['exp', 'vct'] }))
  must('vct', found.payload.vct === q.type)
  must('kid', found.protectedHeader.kid === q.kid)
  if (!c.nonce) return
  const last = parts.at(-1)
  const key = await jose.importJWK(found.payload.cnf.jwk, 'ES256')
  const kb = await jose.jwtVerify(last, key, timed(c, { typ: 'kb+jwt', audience: c.audience, maxTokenAge: bindingLife }))
  must('nonce', kb.payload.nonce === c.nonce)
  must('sd_hash', kb.payload.sd_hash === createHash('sha256').update(c.text.slice(0, c.text.length - last.length)).digest('base64url'))
}

const listToken = async (c) => {
  const found = await jose.jwtVerify(c.list, keyOfIssuer, timed(c, { typ: 'statuslist+jwt', subject: q.listAddress, requiredClaims: ['exp', 'iat', 'status_list'] }))
  must('kid', found.protectedHeader.kid === q.kid)
}

const answers = []
for (const c of q.cases ?? []) {
  answers.push({
    sdjwt: await takes(() => sdjwt(c)),
    jose: c.ofToken ? await takes(() => (c.ofList ? listToken(c) : tokens(c))) : null,
  })
}

// Published credentials of others: what @sd-jwt reads in them.
const read = []
for (const c of q.published ?? []) {
  const instance = new SDJwtInstance({ ...common, verifier: await verifierOf(c.key) })
  const options = { currentDate: c.now }
  if (c.nonce) options.keyBindingNonce = c.nonce
  try {
    read.push({ claims: (await instance.verify(c.text, options)).payload })
  } catch (e) {
    read.push({ error: String(e) })
  }
}

// Credentials of theirs.
const written = []
const lists = []
if (q.write) {
  const { privateKey, holder } = q.write
  const { d, ...holderPublic } = holder
  const writer = new SDJwtVcInstance({
    ...common,
    signer: await ES256.getSigner(privateKey),
    signAlg: 'ES256',
    hashAlg: 'sha-256',
    saltGenerator: generateSalt,
    kbSigner: await ES256.getSigner(holder),
    kbSignAlg: 'ES256',
  })
  const base = { iss: q.issuer, vct: q.type, iat: q.now, exp: q.now + 3600, agency: q.agency, status: { status_list: { idx: q.place, uri: q.listAddress } }, cnf: { jwk: holderPublic } }
  const inner = { ...base, title: 'Sample', area: { ward: 'Ward "3" — ñ', streets: ['First', 'Second', { name: 'Third' }] }, hours: [8, 9.5, 10], void: null }
  const header = { header: { kid: q.kid } }
  const plan = [
    ['nothing hidden', base, undefined, {}],
    ['title hidden and shown', inner, { _sd: ['title'] }, { title: true }],
    ['title hidden and kept back', inner, { _sd: ['title'] }, {}],
    ['a whole object', inner, { _sd: ['area', 'title'] }, { area: true }],
    ['parts of an object', inner, { area: { _sd: ['ward', 'streets'] } }, { area: { ward: true } }],
    ['elements of lists', inner, { hours: { _sd: [0, 2] }, area: { streets: { _sd: [1, 2] } } }, { hours: { 2: true }, area: { streets: { 1: true } } }],
    ['recursive', inner, { _sd: ['area'], area: { _sd: ['ward'], streets: { _sd: [0, 1, 2] } } }, { area: { ward: true } }],
    // Its binding of this one has a hash that its own verifier refuses (0.19.0).
    ['recursive, with a list', inner, { _sd: ['area'], area: { _sd: ['ward'], streets: { _sd: [0, 1, 2] } } }, { area: { ward: true, streets: { 2: true } } }, 'unbound'],
    ['with decoys', inner, { _sd: ['title'], _sd_decoy: 5, area: { _sd: ['ward'], _sd_decoy: 2 } }, { title: true, area: { ward: true } }],
  ]
  for (const [name, claims, frame, shown, only] of plan) {
    const whole = await writer.issue(structuredClone(claims), frame, header)
    for (const nonce of only ? [''] : ['', q.nonce]) {
      const kb = nonce ? { payload: { iat: q.now, aud: q.audience, nonce } } : undefined
      const text = await writer.present(whole, shown, kb && { kb })
      const seen = await writer.getClaims(text)
      delete seen._sd_alg
      written.push({ name: name + (nonce ? ', bound' : ''), text, nonce, claims: seen })
    }
  }
  const signer = await jose.importJWK(privateKey, 'ES256')
  const token = await new jose.SignJWT(base).setProtectedHeader({ alg: 'ES256', typ: 'dc+sd-jwt', kid: q.kid }).sign(signer)
  written.push({ name: 'by jose, no disclosures', text: token + '~', nonce: '', claims: base })
  for (const bits of [1, 2, 4, 8]) {
    const statuses = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 2 ** bits)
    statuses[q.place] = 0
    const lst = new StatusList(statuses, bits).compressStatusList()
    const list = await new jose.SignJWT({ sub: q.listAddress, iat: q.now, exp: q.now + 60, ttl: 30, status_list: { bits, lst } }).setProtectedHeader({ alg: 'ES256', typ: 'statuslist+jwt', kid: q.kid }).sign(signer)
    lists.push({ bits, text: list, statuses })
  }
}

process.stdout.write(JSON.stringify({ answers, read, written, lists }))
