package standin.ollama.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;
import standin.ollama.go.ApiError;
import standin.ollama.http.ClientDisconnected;

/** Holds the active faults: those last set by a test, or those in the file if it changed later. */
public final class ActiveFaults {
    private final Path file;
    private final Runnable die;
    private Faults faults;
    private int busyLeft;
    private @Nullable FileTime seen;

    /** @param die stops this server when it crashes */
    public ActiveFaults(Faults faults, Path file, Runnable die) {
        this.file = file;
        this.die = die;
        this.faults = faults;
        this.busyLeft = faults.busy503Times();
    }

    public synchronized void set(Faults next) {
        faults = next;
        busyLeft = next.busy503Times();
    }

    /** @throws ApiError 500 if the file is invalid, so that a mistake in it is noticed at once */
    public synchronized Faults current() {
        try {
            FileTime stamp = Files.getLastModifiedTime(file);
            if (!stamp.equals(seen)) {
                set(Faults.parse(Files.readString(file)));
                seen = stamp;
            }
        } catch (NoSuchFileException e) {
            if (seen != null) {
                set(Faults.NONE);
                seen = null;
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new ApiError(500, file + ": " + e.getMessage());
        }
        return faults;
    }

    /** Returns true if this scheduling request must find the queue full. */
    synchronized boolean takeBusy() {
        current();
        if (busyLeft == 0) {
            return false;
        }
        busyLeft--;
        return true;
    }

    public ClientDisconnected crash() {
        die.run();
        return new ClientDisconnected("the server crashed because of a fault");
    }
}
