/**
 * The table and the function of a rate-limit store, both in quotes. The function decides under all policies of one record, in the server's time,
 * which it reads once it holds the record: whoever waited for it does not decide by the time when it began to wait.
 * A record is an array of doubles: two for a bucket (debt, when it was that) and for a fixed window (its number, used), six for a
 * sliding window (the number of its latest quarter, used in it and in the four before it).
 */
export function rateLimitSql(name: string, take: string, durable: boolean): string {
  return `
create ${durable ? '' : 'unlogged '}table if not exists ${name} (
  key text primary key,
  state double precision[] not null,
  expires_at timestamptz not null
) with (fillfactor = 50);
${durable ? `alter table ${name} set logged;` : ''}

create or replace function ${take}(
  the_key text, ask double precision, force boolean,
  kinds text[], limits double precision[], windows double precision[], rates double precision[]
) returns table (admitted boolean, standings double precision[]) language plpgsql as $take$
declare
  record_state double precision[];
  next_state double precision[] := '{}';
  part double precision[];
  free double precision[] := '{}';
  offsets int[] := '{}';
  numbers double precision[] := '{}';
  now_ms double precision;
  used double precision;
  unit double precision;
  number double precision;
  shift int;
  amount double precision;
  rest double precision;
  sum double precision;
  remaining double precision;
  until_ms double precision[];
  longest double precision := 0;
  pos int := 1;
  fresh boolean := false;
begin
  admitted := true;
  standings := '{}';
  loop
    select r.state into record_state from ${name} r where r.key = the_key for update;
    exit when found;
    insert into ${name} (key, state, expires_at) values (the_key, '{}', now() + interval '1 minute') on conflict do nothing;
  end loop;
  now_ms := extract(epoch from clock_timestamp())::double precision * 1000;
  fresh := cardinality(record_state) = 0;

  for i in 1 .. cardinality(kinds) loop
    offsets := offsets || pos;
    if kinds[i] = 'token-bucket' then
      if fresh then part := array[0, now_ms];
      else part := record_state[pos : pos + 1];
        if now_ms > part[2] then part[1] := greatest(0, part[1] - (now_ms - part[2]) * rates[i]); end if;
        part[2] := now_ms;
      end if;
      used := part[1];
      numbers := numbers || 0::double precision;
      pos := pos + 2;
    elsif kinds[i] = 'fixed-window' then
      number := floor(now_ms / windows[i]);
      if fresh then part := array[number, 0];
      else part := record_state[pos : pos + 1];
        if part[1] = number + 1 then number := part[1];
        elsif part[1] < number then part[2] := 0; end if;
        part[1] := number;
      end if;
      used := part[2];
      numbers := numbers || number;
      pos := pos + 2;
    else
      number := floor(now_ms / (windows[i] / 4));
      if fresh then part := array[number, 0, 0, 0, 0, 0];
      else part := record_state[pos : pos + 5];
        if part[1] > number and part[1] <= number + 4 then number := part[1]; end if;
        shift := least(5, greatest(0, number - part[1]));
        part := array[number] || array_fill(0::double precision, array[shift]) || part[2 : 6 - shift];
      end if;
      used := part[2] + part[3] + part[4] + part[5] + part[6];
      numbers := numbers || number;
      pos := pos + 6;
    end if;
    next_state := next_state || part;
    free := free || (limits[i] - used);
    if not force and free[i] + 1e-6 < ask then admitted := false; end if;
  end loop;

  for i in 1 .. cardinality(kinds) loop
    pos := offsets[i];
    if admitted and ask <> 0 then
      amount := greatest(ask, free[i] - limits[i]);
      free[i] := free[i] - amount;
      if kinds[i] = 'token-bucket' then next_state[pos] := next_state[pos] + amount;
      elsif kinds[i] = 'fixed-window' then next_state[pos + 1] := next_state[pos + 1] + amount;
      else
        for j in 1 .. 5 loop
          sum := next_state[pos + j] + amount;
          amount := least(sum, 0);
          next_state[pos + j] := greatest(sum, 0);
        end loop;
      end if;
    end if;
    remaining := greatest(0, floor(free[i] + 1e-6));
    until_ms := '{}';
    foreach amount in array array[least(limits[i], remaining + 1), limits[i], case when not admitted and free[i] + 1e-6 < ask then ask end] loop
      rest := 0;
      if amount > free[i] then
        if kinds[i] = 'token-bucket' then rest := (amount - free[i]) / rates[i];
        elsif kinds[i] = 'fixed-window' then rest := (numbers[i] + 1) * windows[i] - now_ms;
        else
          unit := windows[i] / 4;
          sum := free[i];
          rest := (numbers[i] + 5) * unit - now_ms;
          for j in reverse 5 .. 1 loop
            sum := sum + next_state[pos + j];
            if sum >= amount then
              rest := (numbers[i] - j + 6) * unit - now_ms;
              exit;
            end if;
          end loop;
        end if;
      end if;
      until_ms := until_ms || rest;
    end loop;
    standings := standings || remaining || until_ms;
    longest := greatest(longest, until_ms[2]);
  end loop;

  if fresh or (admitted and ask <> 0) then
    update ${name} r set state = next_state, expires_at = clock_timestamp() + (longest + 1000) * interval '1 millisecond'
      where r.key = the_key;
  end if;
  return next;
end
$take$;
`
}
