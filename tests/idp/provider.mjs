// A certified OpenID provider for the tests: issues JWT access tokens (RFC 9068) to machine clients.
//
// Usage: node provider.mjs PORT AUDIENCE CLIENTS, where CLIENTS is JSON: {"clientId": {"any": "claims"}}.
// Prints "ready" when it listens. Each line "rotate" on standard input replaces its signing keys and is
// answered by "rotated"; it ends with its standard input.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { Provider } from 'oidc-provider';

const [port, audience, clients] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const claimsOf = JSON.parse(clients);

function newKeys() {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  return { keys: [{ ...rsa, kid: randomUUID(), use: 'sig', alg: 'RS256' }] };
}

function newProvider() {
  const provider = new Provider(issuer, {
    jwks: newKeys(),
    clients: Object.keys(claimsOf).map((id) => ({
      client_id: id,
      client_secret: `${id}-secret`,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    })),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, resource) => ({
          scope: 'api',
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 300,
        }),
        defaultResource: () => audience,
      },
    },
    extraTokenClaims: (_ctx, token) => claimsOf[token.clientId],
    ttl: { ClientCredentials: 300 },
  });
  // It speaks plain HTTP on loopback, and says so on every request.
  provider.proxy = false;
  return provider.callback();
}

let answer = newProvider();
createServer((request, response) => answer(request, response)).listen(Number(port), '127.0.0.1', () => console.log('ready'));

const commands = createInterface({ input: process.stdin });
commands.on('line', (line) => {
  if (line === 'rotate') {
    answer = newProvider();
    console.log('rotated');
  }
});
commands.on('close', () => process.exit(0));
