// @types/pg describes only the package's front door.
declare module 'pg/lib/client.js' {
  import { Client } from 'pg';
  export default Client;
}
