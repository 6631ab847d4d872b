package dev.aiserver.plan;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.aiserver.resource.Resource;
import java.util.ArrayList;
import java.util.List;

/**
 * A transaction that is under way, or was when its process died: enough to finish it or to undo it.
 *
 * @param schema of the file that it is kept in
 * @param operation what the person called it: install, uninstall
 * @param since when it began, for people
 * @param before the receipt to return to
 * @param after the receipt when all changes are made
 * @param services identities of the services whose change has begun; of files it can be seen
 * @param backups digests that were kept for this transaction, and are not needed when it is undone
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

    boolean hasBegun(Resource service) {
        return services.contains(service.id());
    }

    Journal beginning(Resource service) {
        List<String> more = new ArrayList<>(services);
        more.add(service.id());
        return new Journal(schema, operation, since, before, after, changes, more, backups);
    }
}
