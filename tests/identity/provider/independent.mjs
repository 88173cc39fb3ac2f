// An independent relying party (npm openid-client): discovers the provider, makes the request, exchanges the code,
// checks the ID token, and asks for the person's claims. It prints one line of JSON per step and reads the address
// that the browser came back with.
import { createInterface } from "node:readline";
import * as client from "openid-client";

const [issuer, clientId, secret, redirectUri, acr] = process.argv.slice(2);
const options = { execute: [client.allowInsecureRequests] }; // loopback has no TLS
const config = await client.discovery(new URL(issuer), clientId, secret, undefined, options);

const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const nonce = client.randomNonce();
const address = client.buildAuthorizationUrl(config, {
  redirect_uri: redirectUri,
  scope: "openid profile personal_number",
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  acr_values: acr,
  max_age: "600",
  state,
  nonce,
});
console.log(JSON.stringify({ address: address.href }));

for await (const line of createInterface({ input: process.stdin })) {
  const tokens = await client.authorizationCodeGrant(config, new URL(line), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    maxAge: 600,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  const user = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  const out = client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token });
  console.log(JSON.stringify({ claims, user, out: out.href }));
  break;
}
