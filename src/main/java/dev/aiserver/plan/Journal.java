package dev.aiserver.plan;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.aiserver.resource.Resource;
import java.util.ArrayList;
import java.util.List;

/**
 * The record of a transaction that is in progress, or that was when its process died. It is enough to finish the transaction
 * or to roll it back.
 *
 * @param schema the file's schema version
 * @param operation the command: install or uninstall
 * @param since when it started, for people
 * @param before the receipt to return to
 * @param after the receipt after all changes
 * @param services ids of the services whose change has started; a file's content shows whether its change has
 * @param backups digests that were backed up for this transaction, and that a rollback removes
 */
public record Journal(
        int schema,
        @JsonProperty("doing") String operation,
        String since,
        Receipt before,
        Receipt after,
        List<Change> changes,
        List<String> services,
        List<String> backups) {

    static final int SCHEMA = 1;

    public Journal {
        changes = List.copyOf(changes);
        services = List.copyOf(services);
        backups = List.copyOf(backups);
    }

    /** Returns the words that say so after the process of the transaction has died, without a full stop. */
    public String unfinished() {
        return "A previous " + operation + " (started " + since + ") did not finish";
    }

    boolean hasBegun(Resource service) {
        return services.contains(service.id());
    }

    Journal beginning(Resource service) {
        List<String> begun = new ArrayList<>(services);
        begun.add(service.id());
        return new Journal(schema, operation, since, before, after, changes, begun, backups);
    }
}
