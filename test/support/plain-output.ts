/**
 * Programs that tests start inherit this environment, and tests read what they print: no colours, whatever the
 * terminal or a CI service (which sets `CI` or `FORCE_COLOR`) would have them paint.
 */
process.env['NO_COLOR'] = '1';
delete process.env['FORCE_COLOR'];
