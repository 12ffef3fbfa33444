// Seals an entry to the inbox's public key as a message of the AWS Encryption SDK, version 2, suite 0x0478: AES-256-GCM,
// HKDF-SHA-512, key commitment, no signature, one block. This page has no key that opens it.
const SUITE = [0x04, 0x78], PROVIDER = "regulars-inbox";
const PLACES = { keyOf: "DERIVEKEY", committed: "COMMITKEY", block: "AWSKMSEncryptionClient Single Block" };

const utf = text => new TextEncoder().encode(text);

const join = (...parts) => {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

const big = (number, size) => {
  const bytes = new Uint8Array(size);
  for (let at = size - 1; at >= 0; at--) {
    bytes[at] = number % 256;
    number = Math.floor(number / 256);
  }
  return bytes;
};

const sized = bytes => join(big(bytes.length, 2), bytes);

// The context is authenticated and can be read: it holds two random ids and no word of a customer.
const pack = context => {
  const names = Object.keys(context).sort();
  return join(big(names.length, 2), ...names.flatMap(name => [sized(utf(name)), sized(utf(context[name]))]));
};

const derive = async (secret, salt, info) => {
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-512", salt, info }, base, 256));
};

const encrypt = async (key, iv, additionalData, text) =>
  new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, text));

const deflate = async bytes => {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

// `spki` is the public key, `keyId` the name by which settling finds its private half.
export const seal = async (spki, keyId, text, context) => {
  const rsa = await crypto.subtle.importKey("spki", spki, { name: "RSA-OAEP", hash: "SHA-256" }, false, ["encrypt"]);
  const secret = crypto.getRandomValues(new Uint8Array(32)), id = crypto.getRandomValues(new Uint8Array(32));
  const wrapped = new Uint8Array(await crypto.subtle.encrypt({ name: "RSA-OAEP" }, rsa, secret));
  const derived = await derive(secret, id, join(SUITE, utf(PLACES.keyOf)));
  const commitment = await derive(secret, id, utf(PLACES.committed));
  const key = await crypto.subtle.importKey("raw", derived, "AES-GCM", false, ["encrypt"]);
  const header = join(
    [2], SUITE, id, sized(pack(context)),
    big(1, 2), sized(utf(PROVIDER)), sized(utf(keyId)), sized(wrapped),
    [1], big(0, 4), commitment,
  );
  const tag = await encrypt(key, new Uint8Array(12), header, new Uint8Array());
  const plain = await deflate(utf(text)), iv = big(1, 12), length = big(plain.length, 8);
  const bound = join(id, utf(PLACES.block), big(1, 4), length);
  return join(header, tag, iv, length, await encrypt(key, iv, bound, plain));
};
