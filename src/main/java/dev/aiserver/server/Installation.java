package dev.aiserver.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.plan.Journal;
import dev.aiserver.plan.LockFile;
import dev.aiserver.plan.Receipt;
import dev.aiserver.plan.ReceiptStore;
import dev.aiserver.plan.StateStore;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.spec.SpecReader;

/** The installation on a host, as its receipt describes it. */
public record Installation(Receipt receipt, ServerSpec spec) {

    /**
     * Asks for the installation. It is an error if nothing is installed, which mentions an unfinished or running install,
     * or if a backup that its receipt names is missing.
     */
    public static Query<Installation> query(StateStore records) {
        return records.read().then(read -> query(read, records));
    }

    static Query<Installation> query(StateStore.Records read, StateStore records) {
        ReceiptStore store = records.receipts();
        return complete(read.receipt().get().orElseThrow(() -> unfinishedOrMissing(read, store)), store);
    }

    /** Asks for the installation that this receipt describes. It is an error if a backup is missing. */
    private static Query<Installation> complete(Receipt receipt, ReceiptStore store) {
        return store.backups(receipt).map(backups -> of(receipt, store));
    }

    private static UserError unfinishedOrMissing(StateStore.Records read, ReceiptStore store) {
        return read.journal()
                .get()
                .map(journal ->
                        read.holder().get().map(Installation::inProgress).orElseGet(() -> interrupted(journal)))
                .orElseGet(() -> notInstalled(store));
    }

    private static UserError inProgress(LockFile.Holder holder) {
        return new UserError(holder.description() + " is changing this installation; try again when it has finished.");
    }

    private static UserError interrupted(Journal journal) {
        return new UserError(journal.unfinished()
                + ", so no server is installed here. Run \"aiserver install\" or \"aiserver uninstall\";"
                + " both roll it back first.");
    }

    private static UserError notInstalled(ReceiptStore store) {
        return new UserError(
                "aiserver is not installed here (there is no " + store.file() + "); run \"aiserver install\" first.");
    }

    static Installation of(Receipt receipt, ReceiptStore store) {
        return new Installation(receipt, spec(receipt, store));
    }

    static ServerSpec spec(Receipt receipt, ReceiptStore store) {
        try {
            String json = JsonMapper.builder().build().writeValueAsString(receipt.configuration());
            return SpecReader.recorded(store.file().toString(), json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a receipt is plain data", e);
        }
    }
}
